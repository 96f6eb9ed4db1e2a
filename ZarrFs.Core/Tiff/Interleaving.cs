using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ZarrFs.Core.Tiff;

/// <summary>Takes one sample out of every pixel of a row: 16 bytes at a time for gray with alpha, RGB and RGBA of 8 and 16 bits.</summary>
internal static class Interleaving
{
    private const int Lanes = 16;
    private const int MostShuffled = 4;

    private static readonly Vector128<byte>[] Masks = MakeMasks();

    /// <param name="pixels">Pixels one after the other, from the first wanted one.</param>
    /// <param name="size">Bytes of a sample: 1, 2, 4 or 8.</param>
    /// <param name="samples">Samples a pixel.</param>
    /// <param name="sample">Which one.</param>
    /// <param name="values">As many as are wanted.</param>
    public static void Take(ReadOnlySpan<byte> pixels, int size, int samples, int sample, Span<byte> values)
    {
        if (samples == 1)
        {
            pixels[..values.Length].CopyTo(values);
            return;
        }

        int done = 0;
        if (size <= 2 && samples <= MostShuffled && Vector128.IsHardwareAccelerated)
        {
            ReadOnlySpan<Vector128<byte>> masks = Masks.AsSpan(MaskIndex(size, samples, sample), samples);
            for (; done + Lanes <= values.Length; done += Lanes)
            {
                ReadOnlySpan<byte> from = pixels.Slice(done * samples, Lanes * samples);
                Vector128<byte> taken = Vector128<byte>.Zero;
                for (int i = 0; i < masks.Length; i++)
                    taken |= Vector128.Shuffle(Unsafe.ReadUnaligned<Vector128<byte>>(in from[i * Lanes]), masks[i]);
                taken.CopyTo(values[done..]);
            }
        }

        pixels = pixels[(done * samples)..];
        values = values[done..];
        switch (size)
        {
            case 1: Take<byte>(pixels, samples, sample, values); break;
            case 2: Take<ushort>(pixels, samples, sample, values); break;
            case 4: Take<uint>(pixels, samples, sample, values); break;
            default: Take<ulong>(pixels, samples, sample, values); break;
        }
    }

    private static void Take<T>(ReadOnlySpan<byte> pixels, int samples, int sample, Span<byte> values)
        where T : unmanaged
    {
        ReadOnlySpan<T> from = MemoryMarshal.Cast<byte, T>(pixels);
        Span<T> to = MemoryMarshal.Cast<byte, T>(values);
        for (int i = 0; i < to.Length; i++) to[i] = from[i * samples + sample];
    }

    private static int MaskIndex(int size, int samples, int sample) => ((size - 1) * (MostShuffled + 1) + samples) * MostShuffled * MostShuffled + sample * MostShuffled;

    /// <summary>For each size, number of samples and sample: which byte of each of the vectors that 16 bytes' worth of pixels fill goes where.</summary>
    private static Vector128<byte>[] MakeMasks()
    {
        Vector128<byte>[] masks = new Vector128<byte>[2 * (MostShuffled + 1) * MostShuffled * MostShuffled];
        Span<byte> mask = stackalloc byte[Lanes];
        for (int size = 1; size <= 2; size++)
        {
            for (int samples = 2; samples <= MostShuffled; samples++)
            {
                for (int sample = 0; sample < samples; sample++)
                {
                    for (int vector = 0; vector < samples; vector++)
                    {
                        for (int lane = 0; lane < Lanes; lane++)
                        {
                            int from = (lane / size * samples + sample) * size + lane % size - vector * Lanes;
                            mask[lane] = from is >= 0 and < Lanes ? (byte)from : byte.MaxValue; // nothing from this vector
                        }

                        masks[MaskIndex(size, samples, sample) + vector] = Vector128.Create<byte>(mask);
                    }
                }
            }
        }

        return masks;
    }
}
