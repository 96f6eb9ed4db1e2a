using System.Globalization;

namespace ZarrFs.Host.Progress;

/// <summary>The words in which progress is told to people.</summary>
internal static class ProgressWords
{
    /// <summary>What is being done.</summary>
    public static string Title(string stage) => stage switch
    {
        "check" => "Looking at every header",
        "read" => "Reading every voxel",
        "build" => "Writing",
        "warm" => "Making chunks",
        "finish" => "Finishing",
        "verify" => "Comparing",
        _ => stage,
    };

    /// <summary>The share of work that has not ended: never 100, and 0 where there is nothing to have a share of.</summary>
    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{(share > 0 ? Math.Min(99, Math.Floor(share * 100)) : 0)} %");

    /// <summary><c>512 MB/s, 3.4 GB written, 2 min 10 s left, z 128–255</c>, as far as there is something to say.</summary>
    public static string Details(ProgressSample sample, RateMeter meter)
    {
        List<string> words = [];
        if (sample.Total > 0) words.Add($"{Amounts.Bytes(meter.Rate)}/s");
        if (sample.Written > 0) words.Add($"{Amounts.Bytes(sample.Written)} written");
        if (sample.Share < 1 && meter.Left is { } left) words.Add($"{Amounts.Time(left)} left");
        if (sample.Place.Length > 0) words.Add(sample.Place);
        return string.Join(", ", words);
    }
}
