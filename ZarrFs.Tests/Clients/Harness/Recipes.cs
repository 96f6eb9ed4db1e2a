namespace ZarrFs.Tests.Clients.Harness;

/// <summary>One volume for each layout, type and option that a reader could stumble over; small, so that all of them are read whole.</summary>
internal static class Recipes
{
    private static readonly string[] Types = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64"];

    public static IReadOnlyList<Recipe> All { get; } =
    [
        .. EveryType(), .. Shapes(), .. ChunkSizes(), .. Ranges(), .. Slices(), .. Cells(), .. Files(), .. Methods(), .. Views(), .. Microscopes(),
    ];

    private static IEnumerable<Recipe> EveryType() =>
        from type in Types
        from order in (string[])["<", ">"]
        select new Recipe($"{type}-{(order == "<" ? "little" : "big")}") { Dtype = type, Order = order };

    private static IEnumerable<Recipe> Shapes() =>
    [
        new("one-voxel") { Shape = [1, 1, 1] },
        new("one-slice") { Shape = [1, 47, 65] },
        new("one-column") { Shape = [37, 1, 1], Dtype = "float32" },
        new("below-one-chunk") { Shape = [5, 7, 9], View = [] },
        new("exactly-one-chunk") { Shape = [32, 32, 32], Dtype = "uint8" },
        new("one-more-than-chunks") { Shape = [33, 65, 97], Dtype = "uint8" },
        new("flat") { Shape = [3, 200, 301], Dtype = "int16" },
    ];

    private static IEnumerable<Recipe> ChunkSizes()
    {
        Recipe large = new("") { Seed = "chunks", Dtype = "uint8", Shape = [67, 131, 270] };
        foreach (string size in (string[])["64", "100", "128", "256", "16,32,64", "2,4,300"])
            yield return large.With(("chunkSize", size)) with { Name = $"chunk-{size.Replace(',', 'x')}" };
        yield return new Recipe("odd-chunk").With(("chunkSize", "7,9,11"), ("levels", "1"));
    }

    private static IEnumerable<Recipe> Ranges()
    {
        Recipe source = new("") { Seed = "ranges", Shape = [40, 45, 53] };
        int number = 0;
        foreach (string ranges in (string[])["5:41,:,:", ":,:17,:", ":,:,11:", "20,30,10", ",,3:35", "50:53,44:,39:40", "10:1000,20:2000,5:999", "7:50,3:38,1:34", "100,100,100"])
            yield return source.With(("chunkSize", "32"), ("ranges", ranges)) with { Name = $"ranges-{number++}" };
    }

    private static IEnumerable<Recipe> Slices() =>
    [
        new("holes") { Shape = [40, 20, 30], Missing = [3, 4, 7, 33, 34, 35] },
        new("starts-late") { Shape = [40, 20, 30], Missing = [.. Enumerable.Range(0, 35)] },
        new("unpadded-numbers") { Names = "%d.tif" },
        new("natural-names") { Names = "half MB_ %d.TIFF" },
        new("holes-cropped") { Seed = "holes", Shape = [40, 20, 30], Missing = [3, 4, 7, 33, 34, 35], View = new() { ["chunkSize"] = "32", ["ranges"] = "2:,1:19,4:39" } },
        new("slices-strips") { RowsPerStrip = 7 },
        new("slices-tiles") { Tile = [16, 32] },
        new("slices-bigtiff") { BigTiff = true, Order = ">" },
        new("volpkg") { Meta = new() { ["type"] = "vol", ["uuid"] = "1", ["voxelsize"] = 7.91, ["slices"] = 25, ["width"] = 53, ["height"] = 45 }, Shape = [25, 45, 53], Missing = [24], Voxel = [7.91, 7.91, 7.91] },
    ];

    private static IEnumerable<Recipe> Cells() =>
    [
        new("cell-alone") { Kind = "cells", Dtype = "uint8", Shape = [40, 40, 40], Cell = [40, 40, 40], Present = [[1, 1, 1]] },
        new("cells-all") { Kind = "cells", Shape = [50, 60, 72], Cell = [25, 30, 36], Present = [[1, 1, 1], [1, 1, 2], [1, 2, 1], [1, 2, 2], [2, 1, 1], [2, 1, 2], [2, 2, 1], [2, 2, 2]] },
        new("cells-some") { Kind = "cells", Dtype = "int16", Order = ">", Shape = [80, 80, 80], Cell = [40, 40, 40], Present = [[1, 1, 1], [2, 1, 2], [1, 2, 2], [2, 2, 1]] },
        new("cells-clipped")
        {
            Kind = "cells", Shape = [70, 66, 61], Cell = [40, 40, 40], Present = [[1, 1, 1], [1, 2, 1], [2, 1, 2], [2, 2, 2]], Voxel = [3.24, 3.24, 3.24],
            Meta = new() { ["voxelsize"] = 3.24, ["slices"] = 70, ["height"] = 66, ["width"] = 61 },
        },
        new("cells-full-size") { Kind = "cells", Dtype = "uint8", Shape = [6, 500, 1000], Cell = [6, 500, 500], Present = [[1, 2, 1]], View = [] },
    ];

    private static IEnumerable<Recipe> Files() =>
    [
        new("file") { Kind = "file" },
        new("file-big-endian") { Kind = "file", Order = ">", Dtype = "int32" },
        new("file-bigtiff") { Kind = "file", BigTiff = true, Dtype = "float64" },
        new("file-strips") { Kind = "file", RowsPerStrip = 1, Order = ">" },
        new("file-tiles") { Kind = "file", Tile = [32, 16] },
        new("file-tiles-larger") { Kind = "file", Tile = [64, 128], Order = ">", Dtype = "float32" },
        new("file-one-page") { Kind = "file", Shape = [1, 45, 53] },
    ];

    private static IEnumerable<Recipe> Methods() =>
        from method in (string[])["mean", "nearest", "max", "min", "mode"]
        from type in (string[])["uint8", "int16", "uint16", "float32"]
        select new Recipe($"{method}-{type}") { Seed = $"methods-{type}", Dtype = type, Labels = method == "mode", Shape = [35, 71, 133] }
            .With(("chunkSize", "16"), ("downsample", method));

    private static IEnumerable<Recipe> Views() =>
    [
        new Recipe("uint8-from-uint16").With(("chunkSize", "32"), ("type", "uint8")),
        new Recipe("uint8-from-big-endian") { Order = ">", Kind = "file" }.With(("chunkSize", "32"), ("type", "uint8"), ("ranges", "3:50,5:,2:20")),
        new Recipe("levels-1").With(("chunkSize", "16"), ("levels", "1")),
        new Recipe("levels-8").With(("chunkSize", "32"), ("levels", "8")),
        new Recipe("voxel-size") { Voxel = [7.91, 7.91, 7.91] }.With(("chunkSize", "32"), ("voxelSize", "7.91")),
        new Recipe("voxel-size-anisotropic") { Voxel = [2, 0.5, 0.25] }.With(("chunkSize", "32"), ("voxelSize", "2,0.5,0.25um")),
    ];

    private static IEnumerable<Recipe> Microscopes()
    {
        Recipe hyperstack = new("") { Seed = "hyperstack", Kind = "imagej", Order = ">", Shape = [19, 35, 53], Times = 3, Channels = 2, TimeStep = 1.5, Voxel = [2, 0.5, 0.5] };
        Recipe ome = hyperstack with { Seed = "ome", Kind = "ome", Order = "<", Dtype = "int16", Channels = 3, ChannelNames = ["DAPI", "488", "Cy5"] };
        return
        [
            hyperstack.With(("chunkSize", "16")) with { Name = "imagej-tczyx" },
            hyperstack.With(("chunkSize", "16"), ("channel", "1"), ("time", "2")) with { Name = "imagej-tczyx-chosen" },
            hyperstack.With(("chunkSize", "16"), ("time", "1")) with { Name = "imagej-tzyx", Seed = "tzyx", Channels = 1, Dtype = "uint8" },
            hyperstack.With(("chunkSize", "16"), ("ranges", "3:50,2:,1:18"), ("type", "uint8"), ("channel", "1")) with { Name = "imagej-czyx-view", Seed = "czyx", Times = 1, TimeStep = null },
            new Recipe("rgb-deflate") { Kind = "rgb", Channels = 3, Dtype = "uint8", Shape = [9, 35, 53] }.With(("chunkSize", "16"), ("channel", "green")),
            new Recipe("rgba-planar") { Kind = "rgb", Channels = 4, Order = ">", Shape = [9, 35, 53], Planar = true }.With(("chunkSize", "16"), ("channel", "3")),
            new Recipe("folders") { Kind = "folders", Times = 2, Channels = 3, Shape = [7, 21, 33] }.With(("chunkSize", "16"), ("pattern", "t(?<t>[0-9]+)/ch(?<c>[0-9]+)/.*_z(?<z>[0-9]+)"), ("time", "1")),
            ome.With(("chunkSize", "16"), ("channel", "Cy5"), ("time", "1")) with { Name = "ome-tczyx" },
            ome.With(("chunkSize", "32"), ("channel", "488"), ("downsample", "max")) with { Name = "ome-czyx", Seed = "ome-c", Times = 1, TimeStep = null, Dtype = "float32" },
        ];
    }
}
