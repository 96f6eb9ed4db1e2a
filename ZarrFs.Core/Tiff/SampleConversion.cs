using System.Numerics;
using System.Runtime.InteropServices;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Tiff;

/// <summary>
/// Makes the voxels of one channel of the stored samples of a row: takes the channel's sample out of each pixel, unpacks it, and carries
/// out what it stands for.
/// </summary>
internal readonly ref struct SampleConversion
{
    /// <summary>Pixels that go through memory of their own where the stored sample is of another size than the voxel.</summary>
    private const int Block = 1024;

    private readonly PageLayout _layout;
    private readonly ReadOnlySpan<ushort> _colors;
    private readonly int _place;
    private readonly int _storedSize;
    private readonly int _size;
    private readonly ulong _inversion;

    /// <param name="layout">How the samples are stored.</param>
    /// <param name="channel">Which of <see cref="PageLayout.Channels"/>.</param>
    public SampleConversion(PageLayout layout, int channel)
    {
        _layout = layout;
        Sample = layout.IsExpanded ? Math.Max(0, channel - 2) : channel;
        _place = layout.IsPlanar ? 0 : Sample;
        _size = layout.DataType.Size();
        _storedSize = layout.Bits switch { <= 8 => 1, <= 16 => 2, <= 32 => 4, _ => 8 };
        PixelBits = (long)layout.SegmentSamples * layout.Bits;
        if (layout.IsExpanded && channel < 3) _colors = layout.Palette!.Channel(channel);
        if (!layout.IsInverted || Sample != 0) return;
        _inversion = ulong.MaxValue >> (64 - layout.Bits);
        for (int width = 8 * _storedSize; width < 64; width *= 2) _inversion |= _inversion << width;
    }

    /// <summary>The stored sample that the channel is made of.</summary>
    public int Sample { get; }

    /// <summary>Bits from a pixel to the next in a segment.</summary>
    public long PixelBits { get; }

    /// <summary>Converts consecutive pixels.</summary>
    /// <param name="source">Stored samples, little-endian.</param>
    /// <param name="firstBit">Where the first pixel begins in them.</param>
    /// <param name="destination">As many voxels as are wanted.</param>
    public void Convert(ReadOnlySpan<byte> source, long firstBit, Span<byte> destination)
    {
        bool half = _layout.SampleFormat == 3 && _layout.Bits == 16;
        if (_storedSize == _size && !half && _colors.IsEmpty)
        {
            Gather(source, firstBit, destination);
            if (_inversion != 0) Invert(destination, _inversion);
            return;
        }

        Span<byte> stored = stackalloc byte[Block * sizeof(ulong)];
        for (int done = 0, count = destination.Length / _size; done < count; done += Block)
        {
            int pixels = Math.Min(Block, count - done);
            Span<byte> values = stored[..(pixels * _storedSize)];
            Gather(source, firstBit + done * PixelBits, values);
            Span<byte> to = destination.Slice(done * _size, pixels * _size);
            if (half) HalfFloats.Widen(MemoryMarshal.Cast<byte, ushort>(values), MemoryMarshal.Cast<byte, float>(to));
            else if (_storedSize == 1) Finish<byte>(values, to);
            else Finish<ushort>(MemoryMarshal.Cast<byte, ushort>(values), to);
        }
    }

    /// <summary>Takes one sample out of each pixel, in the smallest integer that holds it.</summary>
    private void Gather(ReadOnlySpan<byte> source, long firstBit, Span<byte> values)
    {
        int bits = _layout.Bits;
        if (bits is 8 or 16 or 32 or 64)
        {
            Interleaving.Take(source[(int)(firstBit / 8)..], _storedSize, _layout.SegmentSamples, _place, values);
            return;
        }

        long first = firstBit + (long)_place * bits;
        if (_storedSize == 1) PackedBits.Unpack(source, first, PixelBits, bits, values);
        else if (_storedSize == 2) PackedBits.Unpack(source, first, PixelBits, bits, MemoryMarshal.Cast<byte, ushort>(values));
        else PackedBits.Unpack(source, first, PixelBits, bits, MemoryMarshal.Cast<byte, uint>(values));
    }

    /// <summary>Looks indices up, or widens what stands beside them, into voxels of the palette's size.</summary>
    private void Finish<T>(ReadOnlySpan<T> values, Span<byte> to)
        where T : unmanaged, IBinaryInteger<T>
    {
        Span<ushort> wide = _size == 2 ? MemoryMarshal.Cast<byte, ushort>(to) : [];
        for (int i = 0; i < values.Length; i++)
        {
            int value = int.CreateTruncating(values[i]);
            if (!_colors.IsEmpty) value = _colors[value];
            if (_size == 2) wide[i] = (ushort)value;
            else to[i] = (byte)value;
        }
    }

    /// <summary>The maximum minus each value: all its bits turned over.</summary>
    private static void Invert(Span<byte> values, ulong mask)
    {
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(values);
        int i = 0;
        Vector<ulong> masks = new(mask);
        for (; i + Vector<ulong>.Count <= words.Length; i += Vector<ulong>.Count) (new Vector<ulong>(words[i..]) ^ masks).CopyTo(words[i..]);
        for (; i < words.Length; i++) words[i] ^= mask;
        for (int rest = 8 * words.Length; rest < values.Length; rest++) values[rest] ^= (byte)(mask >> 8 * (rest & 7));
    }
}
