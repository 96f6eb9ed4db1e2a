using System.Globalization;
using ZarrFs.Core.Tiff.Descriptions;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources.Grouping;

/// <summary>The pages of a file by the places that Micro-Manager gives each: an image a stage position.</summary>
internal static class MicroManagerSeries
{
    /// <summary>Orders the pages, or an empty list if the places contradict each other, as <paramref name="notes"/> then says.</summary>
    public static IReadOnlyList<ImageSeries> Of(PageGroups pages, MicroManagerDescription description, List<string> notes)
    {
        List<(MicroManagerPlace Place, int Page)> placed = [];
        foreach (int page in pages.Main)
        {
            if (page < description.Places.Count && description.Places[page] is { } place) placed.Add((place, page));
            else return Refuse($"page {page} has no place in Micro-Manager's metadata");
        }

        List<ImageSeries> all = [];
        foreach (IGrouping<int, (MicroManagerPlace Place, int Page)> position in placed.GroupBy(static one => one.Place.P).OrderBy(static one => one.Key))
        {
            long t = position.Max(static one => one.Place.T) + 1L;
            long c = position.Max(static one => one.Place.C) + 1L;
            long z = position.Max(static one => one.Place.Z) + 1L;
            if ((Int128)t * c * z > PlaneTable.MostPlanes || c > ushort.MaxValue)
                return Refuse($"Micro-Manager's metadata says {t} × {c} × {z} planes (t c z) and the file has {pages.Main.Count} pages");
            PlaneTable planes = new(t, c, z);
            foreach ((MicroManagerPlace place, int page) in position)
            {
                if (!planes.TryAdd(place.T, place.C, place.Z, new PlaneRef(0, page)))
                    return Refuse($"Micro-Manager's metadata gives page {page} the place of another");
            }

            all.Add(new ImageSeries
            {
                Name = string.Create(CultureInfo.InvariantCulture, $"Position {position.Key}"),
                Planes = planes,
                VoxelSize = description.VoxelSize(),
                TimeStep = t > 1 ? description.TimeStep : null,
                Channels = Channels((int)c, description),
                Origin = "Micro-Manager",
            });
        }

        return all.Count == 1 ? [all[0] with { Name = null }] : all;

        IReadOnlyList<ImageSeries> Refuse(string why)
        {
            notes.Add($"{why}: shown along z");
            return [];
        }
    }

    private static IReadOnlyList<ChannelInfo> Channels(int count, MicroManagerDescription description)
    {
        if (description.Channels.Count == 0) return [];
        return [.. Enumerable.Range(0, count).Select(c => description.Channels.ElementAtOrDefault(c) is { Length: > 0 } name
            ? ChannelInfo.None with { Name = name }
            : ChannelInfo.None)];
    }
}
