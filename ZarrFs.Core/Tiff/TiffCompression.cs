namespace ZarrFs.Core.Tiff;

/// <summary>Names for values of the Compression tag, and what is known of the schemes.</summary>
internal static class TiffCompression
{
    /// <summary>Samples as they are.</summary>
    public const long None = 1;

    public const long CcittRle = 2;
    public const long CcittT4 = 3;
    public const long CcittT6 = 4;
    public const long Lzw = 5;
    public const long OldJpeg = 6;
    public const long Jpeg = 7;
    public const long Deflate = 8;
    public const long CcittRleWords = 32771;
    public const long PackBits = 32773;
    public const long PixarLog = 32909;
    public const long OldDeflate = 32946;
    public const long SgiLog = 34676;
    public const long SgiLog24 = 34677;
    public const long Lerc = 34887;
    public const long Lzma = 34925;
    public const long Zstd = 50000;

    /// <summary>True for the encodings of CCITT (ITU-T) for black and white.</summary>
    public static bool IsFax(long value) => value is CcittRle or CcittT4 or CcittT6 or CcittRleWords;

    /// <summary>True for the schemes that a predictor goes before; libtiff ignores the tag with the others.</summary>
    public static bool HasPredictor(long value) => value is Lzw or Deflate or OldDeflate or Zstd or Lzma or PixarLog;

    /// <summary>What a value is called, for messages.</summary>
    public static string Name(long value) => value switch
    {
        None => "none",
        CcittRle => "CCITT RLE",
        CcittT4 => "CCITT T.4",
        CcittT6 => "CCITT T.6",
        Lzw => "LZW",
        OldJpeg => "old JPEG",
        Jpeg => "JPEG",
        Deflate => "Deflate",
        32766 => "NeXT",
        CcittRleWords => "CCITT RLE with words",
        PackBits => "PackBits",
        32809 => "ThunderScan",
        32908 => "PixarFilm",
        PixarLog => "PixarLog",
        OldDeflate => "old Deflate",
        SgiLog or SgiLog24 => "SGI LogLuv",
        34661 => "JBIG",
        33003 or 33005 or 34712 => "JPEG 2000",
        Lerc => "LERC",
        Lzma => "LZMA",
        Zstd => "Zstandard",
        50001 => "WebP",
        50002 or 52546 => "JPEG XL",
        _ => "unknown",
    };

    /// <summary>
    /// Most decoded bytes that one stored byte can stand for, or null where a few bytes can stand for any number. A page that would need
    /// more is a lie or a bomb, and is refused before anything is decoded.
    /// </summary>
    public static long? MostExpansion(long value) => value switch
    {
        // A string of 2¹² − 258 bytes in 12 bits, code after code.
        Lzw => 4096,
        // 258 bytes in two bits.
        Deflate or OldDeflate => 1032,
        PackBits => 64,
        // A block of 128 KiB in four bytes.
        Zstd => 32768,
        // 273 bytes in a third of a bit, generously.
        Lzma => 16384,
        // Blocks of 64 samples in one bit each, chroma subsampled 4 × 4.
        Jpeg => 4096,
        _ => null,
    };
}
