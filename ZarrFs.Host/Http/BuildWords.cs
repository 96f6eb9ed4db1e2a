using System.Globalization;
using ZarrFs.Core.Materialize.Background;

namespace ZarrFs.Host.Http;

/// <summary>The words in which a background build is told to people.</summary>
internal static class BuildWords
{
    /// <summary><c>building levels 1–6: 37 %, 680 GB of 1.84 TB gone through, 512 MB/s, 38 min 20 s left</c>.</summary>
    /// <param name="build">How far it is.</param>
    /// <param name="levels">Number of levels that the volume has.</param>
    /// <param name="hasBad">Whether something bad was found in its source.</param>
    public static string Of(BuildStatus build, int levels, bool hasBad)
    {
        string which = $"levels {build.Levels.Below(levels)}";
        return build.State switch
        {
            BuildState.Waiting => $"{which}: its turn has not come yet",
            BuildState.Building => $"building {which}{Progress(build)}",
            BuildState.Paused => $"{which}: paused while somebody reads{Progress(build)}",
            BuildState.Done => hasBad ? $"{which} are built (chunks of slices that are bad are not kept)" : $"{which} are built",
            BuildState.Failed => $"{which}: failed, and is tried again: {build.Reason}",
            _ => $"nothing is built: {build.Reason}",
        };
    }

    /// <summary>Rounded down: 100 is all.</summary>
    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(share * 1000) / 10:0.#} %");

    private static string Progress(BuildStatus build)
    {
        if (build.TotalBytes == 0) return "";
        string left = build.Left is { } time ? $", {Amounts.Time(time)} left" : "";
        return $": {Percent((double)build.DoneBytes / build.TotalBytes)}, {Amounts.Bytes(build.DoneBytes)} of {Amounts.Bytes(build.TotalBytes)} gone through, {Amounts.Bytes(build.Rate)}/s{left}";
    }
}
