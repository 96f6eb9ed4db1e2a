namespace ZarrFs.Core.Tiff;

/// <summary>Names for values of the Compression tag.</summary>
internal static class TiffCompression
{
    /// <summary>Samples as they are.</summary>
    public const long None = 1;

    /// <summary>What a value is called, for messages.</summary>
    public static string Name(long value) => value switch
    {
        None => "none",
        2 => "CCITT RLE",
        3 => "CCITT T.4",
        4 => "CCITT T.6",
        5 => "LZW",
        6 => "old JPEG",
        7 => "JPEG",
        8 => "Deflate",
        32773 => "PackBits",
        32809 => "ThunderScan",
        32946 => "old Deflate",
        34676 or 34677 => "SGI LogLuv",
        34712 => "JPEG 2000",
        34887 => "LERC",
        34925 => "LZMA",
        50000 => "Zstandard",
        50001 => "WebP",
        50002 => "JPEG XL",
        _ => "unknown",
    };
}
