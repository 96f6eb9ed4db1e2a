using System.Buffers.Binary;
using System.Text;
using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Tiff;

/// <summary>The first 8 (classic) or 16 (BigTIFF) bytes of a TIFF.</summary>
/// <param name="IsBigEndian">Byte order <c>MM</c>; otherwise <c>II</c>.</param>
/// <param name="IsBigTiff">64-bit offsets.</param>
/// <param name="FirstDirectory">Offset of the first directory, unchecked.</param>
public readonly record struct TiffHeader(bool IsBigEndian, bool IsBigTiff, ulong FirstDirectory)
{
    /// <summary>What is said of a file of 0 bytes.</summary>
    internal const string Empty = "the file is empty, expected a TIFF";

    /// <summary>Reads the header at the start of a file.</summary>
    /// <exception cref="TiffFormatException">The file is empty, too short, a Git LFS pointer, or something else.</exception>
    internal static TiffHeader Read(FileWindow window, string path)
    {
        if (window.Length == 0) throw new TiffFormatException(path, Empty);
        if (window.Length < 8) throw new TiffFormatException(path, $"the file has {window.Length} bytes, expected a TIFF of at least 8");
        ReadOnlySpan<byte> bytes = window.Get(0, (int)Math.Min(window.Length, 64));
        bool big;
        if (bytes.StartsWith("II"u8)) big = false;
        else if (bytes.StartsWith("MM"u8)) big = true;
        else throw new TiffFormatException(path, NotATiff(bytes));

        int magic = big ? BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]);
        if (magic == 42)
            return new(big, false, big ? BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]));
        if (magic != 43) throw new TiffFormatException(path, $"not a TIFF: version {magic}, expected 42 (classic) or 43 (BigTIFF)");
        if (bytes.Length < 16) throw new TiffFormatException(path, $"the file has {window.Length} bytes, expected a BigTIFF of at least 16");
        int offsetBytes = big ? BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        int zero = bytes[6] | bytes[7];
        if (offsetBytes != 8 || zero != 0)
            throw new TiffFormatException(path, $"not a BigTIFF: {offsetBytes} bytes an offset, expected 8 followed by 0");
        return new(big, true, big ? BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]) : BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
    }

    private static string NotATiff(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("version https://git-lfs"u8))
            return "a Git LFS pointer, not a TIFF: the content was not downloaded (git lfs pull)";
        StringBuilder text = new("not a TIFF: it starts with the bytes");
        foreach (byte value in bytes[..4]) text.Append($" {value:x2}");
        return text.Append(", expected 49 49 (II) or 4d 4d (MM)").ToString();
    }
}
