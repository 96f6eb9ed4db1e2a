using System.Globalization;

namespace ZarrFs.Host;

/// <summary>Numbers of bytes and spans of time as people write them.</summary>
internal static class Amounts
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB"];

    /// <summary><c>2.34 GB</c>: units of 1000, as disks are sold.</summary>
    public static string Bytes(double bytes)
    {
        int unit = 0;
        for (; bytes >= 1000 && unit < Units.Length - 1; unit++) bytes /= 1000;
        return string.Create(CultureInfo.InvariantCulture, $"{bytes:0.##} {Units[unit]}");
    }

    /// <summary><c>1 level</c>, <c>2 levels</c>.</summary>
    public static string Count(int number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";

    /// <summary><c>3.2 s</c>, <c>4 min 10 s</c>, <c>5 h 20 min</c>, <c>2 d 3 h</c>: two numbers at most.</summary>
    public static string Time(TimeSpan span)
    {
        long seconds = (long)Math.Round(span.TotalSeconds);
        return seconds switch
        {
            < 10 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0} s"),
            < 60 => $"{seconds} s",
            < 3600 => $"{seconds / 60} min {seconds % 60} s",
            < 86400 => $"{seconds / 3600} h {seconds / 60 % 60} min",
            _ => $"{seconds / 86400} d {seconds / 3600 % 24} h",
        };
    }
}
