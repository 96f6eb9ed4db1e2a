using ZarrFs.Core.Tiff.Descriptions;

namespace ZarrFs.Core.Sources.Grouping;

/// <summary>The pages of a file one above the other: what is shown where nothing else is said, or what is said cannot be.</summary>
internal static class PageStack
{
    public static ImageSeries Of(PageGroups pages, TiffDescription description) => new()
    {
        Planes = Along(pages.Main, "ZCT", new PlaneTable(1, 1, pages.Main.Count)),
        VoxelSize = description.VoxelSize(),
        Origin = "pages along z",
    };

    /// <summary>Puts pages of the first file into a table of as many planes.</summary>
    public static PlaneTable Along(IReadOnlyList<int> pages, string order, PlaneTable planes)
    {
        for (int i = 0; i < pages.Count; i++)
        {
            (long t, long c, long z) = PlaneOrder.Place(order, i, planes);
            planes.TryAdd(t, c, z, new PlaneRef(0, pages[i]));
        }

        return planes;
    }
}
