using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ZarrFs.Core.Tiff;

/// <summary>Turns bytes and bits of uncompressed samples round.</summary>
internal static class ByteOrder
{
    private static readonly byte[] Mirrored = Mirror();

    /// <summary>Undoes FillOrder 2 and a big-endian byte order in whole stored samples, as libtiff does for those it decodes.</summary>
    public static void Normalize(Span<byte> samples, PageLayout layout)
    {
        if (layout.IsBitReversed)
        {
            foreach (ref byte value in samples) value = Mirrored[value];
        }

        // Other widths, 24 too, are a stream of bits, the same in both byte orders.
        if (layout.IsBigEndian && layout.Bits is 16 or 32 or 64) Reverse(samples, layout.Bits / 8);
    }

    /// <summary>Reverses the bytes of every value of <paramref name="size"/> bytes.</summary>
    public static void Reverse(Span<byte> bytes, int size)
    {
        switch (size)
        {
            case 2:
                Span<ushort> shorts = MemoryMarshal.Cast<byte, ushort>(bytes);
                BinaryPrimitives.ReverseEndianness(shorts, shorts);
                break;
            case 4:
                Span<uint> ints = MemoryMarshal.Cast<byte, uint>(bytes);
                BinaryPrimitives.ReverseEndianness(ints, ints);
                break;
            case 8:
                Span<ulong> longs = MemoryMarshal.Cast<byte, ulong>(bytes);
                BinaryPrimitives.ReverseEndianness(longs, longs);
                break;
        }
    }

    private static byte[] Mirror()
    {
        byte[] table = new byte[256];
        for (int value = 0; value < 256; value++)
        {
            for (int bit = 0; bit < 8; bit++) table[value] |= (byte)((value >> bit & 1) << (7 - bit));
        }

        return table;
    }
}
