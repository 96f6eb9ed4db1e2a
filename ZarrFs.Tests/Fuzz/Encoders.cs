using System.IO.Compression;

namespace ZarrFs.Tests.Fuzz;

/// <summary>The compressions that small test files need, written from TIFF 6.0; as plain as they can be.</summary>
internal static class Encoders
{
    /// <summary>PackBits (TIFF 6.0, section 9): runs where there are some, literals otherwise.</summary>
    public static byte[] PackBits(ReadOnlySpan<byte> bytes)
    {
        List<byte> packed = [];
        for (int at = 0; at < bytes.Length;)
        {
            int run = 1;
            while (at + run < bytes.Length && run < 128 && bytes[at + run] == bytes[at]) run++;
            if (run > 1)
            {
                packed.AddRange([(byte)(257 - run), bytes[at]]);
            }
            else
            {
                while (at + run < bytes.Length && run < 128 && (at + run + 1 == bytes.Length || bytes[at + run] != bytes[at + run + 1])) run++;
                packed.Add((byte)(run - 1));
                packed.AddRange(bytes.Slice(at, run));
            }

            at += run;
        }

        return [.. packed];
    }

    public static byte[] Deflate(ReadOnlySpan<byte> bytes)
    {
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.SmallestSize, leaveOpen: true)) zlib.Write(bytes);
        return packed.ToArray();
    }

    /// <summary>Zeros that unpack to far more than they are: some 1:1030.</summary>
    public static byte[] DeflatedZeros(long count)
    {
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            byte[] zeros = new byte[1 << 20];
            for (long done = 0; done < count; done += zeros.Length) zlib.Write(zeros.AsSpan(0, (int)Math.Min(zeros.Length, count - done)));
        }

        return packed.ToArray();
    }

    /// <summary>LZW (TIFF 6.0, section 13): most significant bit first, codes widen one early, a clear before the table is full.</summary>
    public static byte[] Lzw(ReadOnlySpan<byte> bytes)
    {
        const int Clear = 256;
        const int End = 257;
        List<byte> packed = [];
        ulong pending = 0;
        int pendingBits = 0;
        Dictionary<(int Prefix, byte Next), int> table = [];
        int width = 9;
        int free = 258;
        int prefix = -1;
        Put(Clear);
        foreach (byte value in bytes)
        {
            if (prefix < 0)
            {
                prefix = value;
                continue;
            }

            if (table.TryGetValue((prefix, value), out int code))
            {
                prefix = code;
                continue;
            }

            Put(prefix);
            table.Add((prefix, value), free++);
            if (free == (1 << width) - 1) width++;
            if (free == 4094)
            {
                Put(Clear);
                table.Clear();
                width = 9;
                free = 258;
            }

            prefix = value;
        }

        if (prefix >= 0)
        {
            Put(prefix);
            if (++free == (1 << width) - 1) width++;
        }

        Put(End);
        if (pendingBits > 0) packed.Add((byte)(pending << (8 - pendingBits)));
        return [.. packed];

        void Put(int code)
        {
            pending = (pending << width) | (uint)code;
            for (pendingBits += width; pendingBits >= 8; pendingBits -= 8) packed.Add((byte)(pending >> (pendingBits - 8)));
        }
    }

    /// <summary>A Zstandard frame of one raw block (RFC 8878, sections 3.1.1 and 3.1.1.2): what it holds is not compressed.</summary>
    public static byte[] Zstd(ReadOnlySpan<byte> bytes)
    {
        uint header = ((uint)bytes.Length << 3) | 1;
        // Single segment, the content's size in two bytes with 256 taken off.
        int size = bytes.Length - 256;
        return [0x28, 0xB5, 0x2F, 0xFD, 0x60, (byte)size, (byte)(size >> 8), (byte)header, (byte)(header >> 8), (byte)(header >> 16), .. bytes];
    }

    /// <summary>Horizontal differencing (predictor 2) of little-endian samples.</summary>
    public static byte[] Differences(ReadOnlySpan<byte> bytes, int rowBytes, int sampleBytes, int samples = 1)
    {
        byte[] differences = bytes.ToArray();
        int step = sampleBytes * samples;
        for (int row = 0; row < bytes.Length; row += rowBytes)
        {
            for (int i = row + rowBytes - sampleBytes; i >= row + step; i -= sampleBytes)
            {
                int borrow = 0;
                for (int b = 0; b < sampleBytes; b++)
                {
                    int difference = bytes[i + b] - bytes[i + b - step] - borrow;
                    borrow = difference < 0 ? 1 : 0;
                    differences[i + b] = (byte)difference;
                }
            }
        }

        return differences;
    }
}
