namespace ZarrFs.Core.Tiff.Descriptions;

/// <summary>Units of time by OME-Zarr's long names.</summary>
internal static class TimeUnit
{
    public const string Second = "second";
    public const string Millisecond = "millisecond";

    /// <summary>The unit that a symbol of OME's UnitsTime means, seconds where there is none, or null if it is not known.</summary>
    public static string? FromOme(string? symbol) => symbol?.Trim() switch
    {
        null or "s" => Second,
        "ms" => Millisecond,
        "\u00B5s" or "\u03BCs" or "us" => "microsecond",
        "ns" => "nanosecond",
        "ps" => "picosecond",
        "fs" => "femtosecond",
        "min" => "minute",
        "h" => "hour",
        "d" => "day",
        "ks" => "kilosecond",
        _ => null,
    };

    /// <summary>The unit that people write into ImageJ, or null if it is not known.</summary>
    public static string? FromImageJ(string stated) => stated.Trim().ToLowerInvariant() switch
    {
        "sec" or "secs" or "second" or "seconds" => Second,
        "msec" or "millisecond" or "milliseconds" => Millisecond,
        "usec" or @"\u00b5s" or "microsecond" or "microseconds" => "microsecond",
        "minute" or "minutes" or "m" => "minute",
        "hr" or "hrs" or "hour" or "hours" => "hour",
        "day" or "days" => "day",
        var symbol => FromOme(symbol),
    };
}
