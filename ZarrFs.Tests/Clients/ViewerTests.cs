using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Clients;

/// <summary>The built-in Neuroglancer in a browser, opened with a click on the start page of the real program.</summary>
public sealed class ViewerTests(ViewerSightings sightings) : IClassFixture<ViewerSightings>
{
    public static IEnumerable<object[]> OddRoots { get; } = [.. ViewerSightings.Odd.Keys.SelectMany(name => new object[][] { [name, "zarr"], [name, "ome.zarr"] })];

    public static IEnumerable<object[]> Roots { get; } = [.. OddRoots, [ViewerSightings.Cells, "zarr"], [ViewerSightings.Cells, "ome.zarr"]];

    [NeuroglancerTheory]
    [MemberData(nameof(OddRoots))]
    public void It_has_the_voxels_of_the_source(string name, string root)
    {
        DataType type = ViewerSightings.Odd[name].Type;
        Assert.Equal(ViewerSightings.Positions.Select(at => (double?)OddVolume.Voxel(type, at[0], at[1], at[2])), sightings.At($"{name}.{root}").Values);
    }

    [NeuroglancerTheory]
    [InlineData("zarr", "zarr2")]
    [InlineData("ome.zarr", "zarr3")]
    public void It_has_the_voxels_of_each_channel(string root, string format)
    {
        NeuroglancerSighting seen = sightings.At($"{ViewerSightings.Cells}.{root}");
        Assert.Equal(NeuroglancerSightings.HyperstackVoxels(format).Select(voxel => (double?)voxel.Value), seen.Values);
        Assert.Equal(format == "zarr2" ? 1 : Hyperstack.C, seen.Layers.Length);
    }

    /// <summary>No error, on the page or in the console; nothing that its policy forbids; no request that fails, or to anybody else.</summary>
    [NeuroglancerTheory]
    [MemberData(nameof(Roots))]
    public void Nothing_goes_wrong_and_nobody_else_is_asked(string name, string root)
    {
        NeuroglancerSighting seen = sightings.At($"{name}.{root}");
        Assert.Empty(seen.Troubles);
        Assert.All(seen.Layers, layer => Assert.Null(layer.Shader));
        Assert.Contains(seen.Answers, answer => answer is { Path: "/viewer/js/main.js", Status: 200 });
        // Before it takes a v2 root for a group, it asks whether it is an array.
        Assert.All(seen.Answers, answer => Assert.True(
            answer.Status == 200 || answer is { Status: 204, Path: "/favicon.ico" } || answer is { Status: 304 }
                || (answer.Status == 404 && answer.Path == $"/{Uri.EscapeDataString(name)}.{root}/.zarray"),
            $"{answer.Path} was answered with {answer.Status}"));
    }

    /// <summary>All that it needs comes by way of the token, its own files too.</summary>
    [NeuroglancerTheory]
    [InlineData(DataType.UInt8)]
    public void Who_has_a_token_sees_the_same(DataType type)
    {
        NeuroglancerSighting seen = sightings.BehindToken;
        Assert.Empty(seen.Troubles);
        Assert.Equal(ViewerSightings.Positions.Select(at => (double?)OddVolume.Voxel(type, at[0], at[1], at[2])), seen.Values);
        Assert.Contains(seen.Answers, answer => answer is { Path: "/viewer/js/chunk_worker.bundle.js", Status: 200 });
        Assert.All(seen.Answers, answer => Assert.True(answer.Status is 200 or 204 or 304, $"{answer.Path} was answered with {answer.Status}"));
    }

    [NeuroglancerTheory]
    [MemberData(nameof(OddRoots))]
    public void It_has_the_axes_in_order_with_scale_and_unit_of_the_store_and_begins_in_the_middle(string name, string root)
    {
        NeuroglancerSighting seen = sightings.At($"{name}.{root}");
        (_, _, double[] scales, string unit) = ViewerSightings.Odd[name];
        Assert.Equal(["x", "y", "z"], seen.Names);
        Assert.Equal([unit, unit, unit], seen.Units);
        Assert.Equal(scales, seen.Scales);
        Assert.Equal([-0.5, -0.5, -0.5], seen.Lower);
        Assert.Equal([OddVolume.X - 0.5, OddVolume.Y - 0.5, OddVolume.Z - 0.5], seen.Upper);
        Assert.Equal([OddVolume.X / 2, OddVolume.Y / 2, OddVolume.Z / 2], seen.Position.Select(coordinate => (int)coordinate));
        Assert.StartsWith(name, seen.Title);
    }

    /// <summary>All of a section is in its panel, and it fills a good part of it: here in half of the window of 800 × 600.</summary>
    [NeuroglancerTheory]
    [MemberData(nameof(OddRoots))]
    public void It_shows_the_whole_volume_large(string name, string root)
    {
        NeuroglancerSighting seen = sightings.At($"{name}.{root}");
        double least = seen.Scales.Min();
        double[] pixels = [.. seen.Upper.Zip(seen.Lower, seen.Scales).Select(axis => (axis.First - axis.Second) * axis.Third / least / (double)seen.State["crossSectionScale"]!)];
        Assert.InRange(pixels.Max(), 200, 640);
        Assert.InRange(pixels[1], 30, 380);
        Assert.InRange(pixels[2], 30, 380);
    }

    [NeuroglancerTheory]
    [MemberData(nameof(OddRoots))]
    public void Its_contrast_is_that_of_the_data_or_it_shows_labels(string name, string root)
    {
        NeuroglancerSighting.Layer layer = Assert.Single(sightings.At($"{name}.{root}").Layers);
        bool isLabels = name == ViewerSightings.Labels;
        Assert.Equal(isLabels ? "segmentation" : "image", layer.Type);
        if (isLabels) return;
        double[] voxels = [.. OddVolume.Voxels(ViewerSightings.Odd[name].Type).Where(double.IsFinite).Order()];
        Assert.InRange(layer.Contrast[0], voxels[0], voxels[voxels.Length / 10]);
        Assert.InRange(layer.Contrast[1], voxels[^(voxels.Length / 10)], voxels[^1]);
    }
}
