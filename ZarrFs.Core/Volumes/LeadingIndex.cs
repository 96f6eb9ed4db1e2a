using System.Globalization;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;

namespace ZarrFs.Core.Volumes;

/// <summary>The one time point and channel that programs which know only z, y and x are shown, from 0.</summary>
public readonly record struct LeadingIndex(long T, long C)
{
    private const string ChannelOption = "--channel";
    private const string TimeOption = "--time";
    private const int MostListed = 16;

    /// <summary>What the options name in a source. Nothing given is the first.</summary>
    /// <param name="source">Its shape and its channels' names.</param>
    /// <param name="channel">A number from 0, or a channel's name; a number that the source does not have may be a name (488).</param>
    /// <param name="time">A number from 0.</param>
    /// <exception cref="OptionException">There is no such channel or time point; the message lists what there is.</exception>
    public static LeadingIndex Find(ISource source, string? channel, string? time) =>
        new(string.IsNullOrEmpty(time) ? 0 : FindTime(source, time), string.IsNullOrEmpty(channel) ? 0 : FindChannel(source, channel));

    private static long FindTime(ISource source, string text)
    {
        long count = source.Shape.T;
        if (IsIndex(text, count, out long index)) return index;
        throw new OptionException(TimeOption, $"'{text}' is not a time point of {source.Path}, which has {Count(count, "time point")}");
    }

    private static long FindChannel(ISource source, string text)
    {
        long count = source.Shape.C;
        if (IsIndex(text, count, out long index)) return index;
        foreach (StringComparison comparison in (StringComparison[])[StringComparison.Ordinal, StringComparison.OrdinalIgnoreCase])
        {
            int[] named = [.. Enumerable.Range(0, source.Channels.Count).Where(c => text.Equals(source.Channels[c].Name, comparison))];
            if (named.Length == 1) return named[0];
            if (named.Length > 1)
                throw new OptionException(ChannelOption, $"channels {string.Join(" and ", named)} of {source.Path} are both named '{text}'; give the number");
        }

        throw new OptionException(ChannelOption, $"'{text}' is not a channel of {source.Path}, which has {Count(count, "channel")}{Names(source)}");
    }

    private static bool IsIndex(string text, long count, out long index) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out index) && index < count;

    private static string Count(long count, string what) => count == 1 ? $"1 {what} (0)" : $"{count} {what}s (0 to {count - 1})";

    private static string Names(ISource source)
    {
        string[] names = [.. source.Channels.Select((channel, c) => (channel.Name, c)).Where(n => n.Name is not null).Take(MostListed).Select(n => $"{n.c} '{n.Name}'")];
        return names.Length == 0 ? "" : $": {string.Join(", ", names)}{(source.Channels.Count > MostListed ? " …" : "")}";
    }
}
