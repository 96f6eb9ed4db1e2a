using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources;

/// <summary>The files of a directory in a grid of times, channels and planes, as their names say.</summary>
internal sealed class SliceGrid
{
    private readonly (long T, long C, long Z)[] _places;

    private SliceGrid(SourceFile[] files, (long T, long C, long Z)[] places)
    {
        Files = files;
        _places = places;
    }

    /// <summary>The files, t slowest.</summary>
    public IReadOnlyList<SourceFile> Files { get; }

    public required long T { get; init; }

    public required long C { get; init; }

    public required long Z { get; init; }

    /// <summary>True if names say z; otherwise the pages of each file are the planes.</summary>
    public required bool HasZ { get; init; }

    /// <summary>What the names call the channels: one for each along c, or none.</summary>
    public required IReadOnlyList<ChannelInfo> Channels { get; init; }

    /// <summary>Where a file stands.</summary>
    public (long T, long C, long Z) this[int file] => _places[file];

    /// <summary>Places files.</summary>
    /// <param name="slices">At least one; an axis is in all names or in none.</param>
    /// <param name="twice">Two files that stand for one place, and the place in words.</param>
    /// <returns>Null if there are two such files.</returns>
    public static SliceGrid? TryMake(IReadOnlyList<NamedSlice> slices, out (SourceFile First, SourceFile Second, string Place)? twice)
    {
        NamedAxis times = NamedAxis.Ranked(slices.Select(static slice => slice.T));
        NamedAxis channels = NamedAxis.Ranked(slices.Select(static slice => slice.C));
        NamedAxis planes = NamedAxis.Counted(slices.Select(static slice => slice.Z), slices.All(static slice => slice.IsNumbered));
        twice = null;
        Dictionary<(long, long, long), SourceFile> taken = new(slices.Count);
        List<(SourceFile File, (long T, long C, long Z) Place)> placed = new(slices.Count);
        ChannelInfo?[] names = new ChannelInfo?[channels.Count];
        foreach (NamedSlice slice in slices)
        {
            (long T, long C, long Z) place = (times.IndexOf(slice.T), channels.IndexOf(slice.C), planes.IndexOf(slice.Z));
            if (!taken.TryAdd(place, slice.File))
            {
                twice = (taken[place], slice.File, Describe(slice));
                return null;
            }

            placed.Add((slice.File, place));
            if (slice.Channel is { } name) names[place.C] ??= new ChannelInfo(name, null, null);
        }

        placed.Sort(static (a, b) => a.Place.CompareTo(b.Place));
        return new SliceGrid([.. placed.Select(static p => p.File)], [.. placed.Select(static p => p.Place)])
        {
            T = times.Count,
            C = channels.Count,
            Z = planes.Count,
            HasZ = slices[0].Z is not null,
            Channels = names.Any(static name => name is not null) ? [.. names.Select(static name => name ?? ChannelInfo.None)] : [],
        };
    }

    private static string Describe(in NamedSlice slice)
    {
        (string Axis, string? Value)[] axes = [("t", slice.T), ("c", slice.C), ("z", slice.Z)];
        return string.Join(", ", axes.Where(static axis => axis.Value is not null).Select(static axis => $"{axis.Axis} = {axis.Value}"));
    }
}
