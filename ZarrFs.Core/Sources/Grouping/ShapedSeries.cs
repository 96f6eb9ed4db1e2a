using ZarrFs.Core.Tiff;
using ZarrFs.Core.Tiff.Descriptions;

namespace ZarrFs.Core.Sources.Grouping;

/// <summary>The pages of a file as tifffile's JSON orders them. Its axes have letters: T C Z Y X, S for samples, Q, I and others unnamed.</summary>
internal static class ShapedSeries
{
    /// <summary>Orders the pages, or null if the numbers contradict them or name axes that a volume has not, as <paramref name="notes"/> then says.</summary>
    public static ImageSeries? Of(PageGroups pages, TiffDescription description, ShapedDescription shaped, List<string> notes)
    {
        string stated = $"tifffile's description says {string.Join(" × ", shaped.Shape)}{(shaped.Axes is null ? "" : $" {shaped.Axes}")}";
        List<(char Axis, long Size)>? axes = PlaneAxes(pages, shaped);
        if (axes is null)
        {
            notes.Add($"{stated} and the file has {pages.Main.Count} pages of {pages.Layout.Width} × {pages.Layout.Height}: shown along z");
            return null;
        }

        if (Named(axes) is not { } named)
        {
            notes.Add($"{stated}, axes that t c z y x cannot hold: shown along z");
            return null;
        }

        long Size(char axis) => named.Find(one => one.Axis == axis) is { Size: > 0 } found ? found.Size : 1;
        string order = string.Concat(named.Select(static axis => axis.Axis).Reverse());
        foreach (char axis in "ZCT") order += order.Contains(axis) ? "" : axis;
        return new ImageSeries
        {
            Planes = PageStack.Along(pages.Main, order, new PlaneTable(Size('T'), Size('C'), Size('Z'))),
            VoxelSize = description.VoxelSize(),
            Origin = "tifffile",
        };
    }

    /// <summary>The axes longer than 1 that are not inside a page, slowest first, or null if they do not match the pages.</summary>
    private static List<(char Axis, long Size)>? PlaneAxes(PageGroups pages, ShapedDescription shaped)
    {
        (long width, long height, long samples) = (pages.Layout.Width, pages.Layout.Height, pages.Layout.Samples);
        // Samples stand last where they are together, and before y and x where each has its plane.
        long[][] ends = samples == 1 ? [[height, width], [height, width, 1]] : [[height, width, samples], [samples, height, width]];
        foreach (long[] end in ends)
        {
            int leading = shaped.Shape.Count - end.Length;
            if (leading < 0 || !shaped.Shape.Skip(leading).SequenceEqual(end)) continue;
            List<(char Axis, long Size)> axes = [];
            for (int i = 0; i < leading; i++)
            {
                if (shaped.Shape[i] > 1) axes.Add((shaped.Axes?[i] ?? 'Q', shaped.Shape[i]));
            }

            if (axes.Aggregate((Int128)1, static (product, axis) => product * axis.Size) == pages.Main.Count) return axes;
        }

        return null;
    }

    /// <summary>Gives one unnamed axis the name z, or t where z is taken; null if there are more, or one name twice.</summary>
    private static List<(char Axis, long Size)>? Named(List<(char Axis, long Size)> axes)
    {
        bool hasZ = axes.Exists(static axis => axis.Axis == 'Z');
        bool hasT = axes.Exists(static axis => axis.Axis == 'T');
        char free = !hasZ ? 'Z' : !hasT ? 'T' : '?';
        List<(char Axis, long Size)> named = [.. axes.Select(axis => axis.Axis is 'T' or 'C' or 'Z' ? axis : axis with { Axis = free })];
        bool possible = !named.Exists(static axis => axis.Axis == '?') && named.DistinctBy(static axis => axis.Axis).Count() == named.Count;
        return possible ? named : null;
    }
}
