using System.Buffers.Binary;
using System.IO.Compression;

namespace ZarrFs.Host.Http.Pictures;

/// <summary>Writes PNG files (ISO/IEC 15948): 8 bits a sample, grey or RGB, not interlaced.</summary>
internal static class Png
{
    private const byte FilterSub = 1;

    private static readonly uint[] CrcTable = MakeCrcTable();

    /// <summary>Encodes a picture.</summary>
    /// <param name="pixels">Row after row, without gaps: a byte a pixel, or red, green and blue.</param>
    /// <param name="width">Pixels of a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="isColor">Whether they are RGB.</param>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int width, int height, bool isColor)
    {
        int pixel = isColor ? 3 : 1;
        ArgumentOutOfRangeException.ThrowIfNotEqual(pixels.Length, width * height * pixel, nameof(pixels));
        using MemoryStream file = new();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n']);

        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = 8; // bits a sample
        header[9] = (byte)(isColor ? 2 : 0);
        WriteChunk(file, "IHDR"u8, header);

        using MemoryStream data = new();
        using (ZLibStream zlib = new(data, CompressionLevel.Optimal, leaveOpen: true)) WriteRows(zlib, pixels, width * pixel, pixel);
        WriteChunk(file, "IDAT"u8, data.GetBuffer().AsSpan(0, (int)data.Length));
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    /// <summary>Each row as the differences to the pixel at its left: of scans, that packs as well as looking for the best filter does.</summary>
    private static void WriteRows(Stream zlib, ReadOnlySpan<byte> pixels, int rowBytes, int pixel)
    {
        byte[] row = new byte[rowBytes + 1];
        row[0] = FilterSub;
        for (; !pixels.IsEmpty; pixels = pixels[rowBytes..])
        {
            ReadOnlySpan<byte> from = pixels[..rowBytes];
            from[..Math.Min(pixel, rowBytes)].CopyTo(row.AsSpan(1));
            for (int i = pixel; i < from.Length; i++) row[i + 1] = (byte)(from[i] - from[i - pixel]);
            zlib.Write(row);
        }
    }

    private static void WriteChunk(Stream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(uint.MaxValue, type), data));
        file.Write(number);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes) crc = CrcTable[(byte)crc ^ value] ^ (crc >> 8);
        return crc;
    }

    private static uint[] MakeCrcTable()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            uint crc = i;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
            table[i] = crc;
        }

        return table;
    }
}
