using System.Buffers.Binary;
using System.Numerics;

namespace ZarrFs.Core.Tiff;

/// <summary>Unpacks samples of 1 to 31 bits that follow one another, highest bit first (TIFF 6.0, FillOrder 1).</summary>
internal static class PackedBits
{
    /// <param name="source">The bytes they are in.</param>
    /// <param name="first">Bit where the first one begins.</param>
    /// <param name="step">Bits from one to the next.</param>
    /// <param name="bits">Bits of each.</param>
    /// <param name="values">As many as are wanted.</param>
    public static void Unpack<T>(ReadOnlySpan<byte> source, long first, long step, int bits, Span<T> values)
        where T : unmanaged, IBinaryInteger<T>
    {
        int i = 0;
        if (typeof(T) == typeof(byte) && bits == 1 && step == 1 && (first & 7) == 0)
        {
            i = values.Length & ~7;
            Span<byte> bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(values);
            for (int at = 0; at < i; at += 8) BinaryPrimitives.WriteUInt64LittleEndian(bytes[at..], Spread(source[(int)(first / 8) + at / 8]));
        }

        for (long bit = first + i * step; i < values.Length; i++, bit += step)
        {
            ReadOnlySpan<byte> at = source[(int)(bit >> 3)..];
            ulong word = at.Length >= sizeof(ulong) ? BinaryPrimitives.ReadUInt64BigEndian(at) : Last(at);
            values[i] = T.CreateTruncating(word << (int)(bit & 7) >> (64 - bits));
        }
    }

    /// <summary>The eight bits of a byte as eight bytes of 0 or 1, the highest bit first.</summary>
    private static ulong Spread(byte bits)
    {
        // Each byte keeps one bit; adding 127 carries it, wherever it is, into the byte's highest.
        ulong kept = bits * 0x0101010101010101UL & 0x0102040810204080UL;
        return (kept + 0x7F7F7F7F7F7F7F7FUL & 0x8080808080808080UL) >> 7;
    }

    private static ulong Last(ReadOnlySpan<byte> bytes)
    {
        ulong word = 0;
        for (int i = 0; i < sizeof(ulong); i++) word = word << 8 | (i < bytes.Length ? bytes[i] : 0u);
        return word;
    }
}
