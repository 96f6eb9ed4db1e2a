using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ZarrFs.Tests.Clients;

/// <summary>Neuroglancer in a browser, at the start page's own links, with its page from another origin.</summary>
public sealed partial class NeuroglancerTests(NeuroglancerSightings sightings) : IClassFixture<NeuroglancerSightings>
{
    public static IEnumerable<object[]> Views { get; } =
        [.. NeuroglancerSightings.VoxelSizes.Keys.SelectMany(volume => new object[][] { [volume, "zarr2"], [volume, "zarr3"] })];

    [NeuroglancerTheory]
    [MemberData(nameof(Views))]
    public void It_has_the_voxels(string volume, string format)
    {
        NeuroglancerSighting seen = sightings.At(volume, format);
        Assert.Empty(seen.Troubles);
        Assert.Equal(NeuroglancerSightings.Voxels.Select(voxel => (double?)voxel.Value), seen.Values);
    }

    [NeuroglancerTheory]
    [MemberData(nameof(Views))]
    public void It_has_the_voxels_of_the_coarsest_level_zoomed_out(string volume, string format)
    {
        NeuroglancerSighting seen = sightings.ZoomedOut(volume, format);
        Assert.Empty(seen.Troubles);
        Assert.Equal(NeuroglancerSightings.CoarseVoxels(format).Select(voxel => (double?)voxel.Value), seen.Values);
    }

    [NeuroglancerTheory]
    [MemberData(nameof(Views))]
    public void It_has_the_axes_in_order_and_their_scale(string volume, string format)
    {
        NeuroglancerSighting seen = sightings.At(volume, format);
        double[] size = [RampVolume.X, RampVolume.Y, RampVolume.Z];
        Assert.Equal(["x", "y", "z"], seen.Names);
        Assert.Equal(["m", "m", "m"], seen.Units);
        Assert.Equal(NeuroglancerSightings.VoxelSizes[volume].Meters, seen.Scales);

        // Voxels have their centres at whole numbers.
        Assert.Equal([-0.5, -0.5, -0.5], seen.Lower);
        Assert.Equal(size.Select(length => length - 0.5), seen.Upper);
    }

    [NeuroglancerTheory]
    [MemberData(nameof(Views))]
    public void It_begins_in_the_middle_with_a_sensible_contrast(string volume, string format)
    {
        NeuroglancerSighting seen = sightings.At(volume, format);
        Assert.Equal([RampVolume.X / 2, RampVolume.Y / 2, RampVolume.Z / 2], seen.Position.Select(coordinate => (int)coordinate));
        Assert.InRange(seen.Layers[0].Contrast[0], 1, RampVolume.Max / 3);
        Assert.InRange(seen.Layers[0].Contrast[1], RampVolume.Max / 2, RampVolume.Max);
    }

    [NeuroglancerTheory]
    [MemberData(nameof(Views))]
    public void It_understands_all_that_the_link_says_of_the_scene(string volume, string format)
    {
        JsonObject seen = sightings.At(volume, format).State;
        JsonNode link = sightings.Link(volume, format);
        foreach (string name in (string[])["layout", "crossSectionBackgroundColor", "hideCrossSectionBackground3D"])
            Assert.True(JsonNode.DeepEquals(link[name], seen[name]), $"{name} became {seen[name]}");
        Assert.Equal(Numbers(link["projectionOrientation"]), Numbers(seen["projectionOrientation"]), (wanted, found) => Math.Abs(wanted - found) < 0.002);

        static IEnumerable<double> Numbers(JsonNode? array) => array!.AsArray().Select(number => (double)number!);
    }

    [NeuroglancerTheory]
    [MemberData(nameof(Views))]
    public void It_asks_for_finer_levels_nearby_and_for_none_zoomed_out(string volume, string format)
    {
        Assert.Equal([0, 1, 2, RampVolume.CoarsestLevel], Levels(sightings.At(volume, format)));
        Assert.Equal([RampVolume.CoarsestLevel], Levels(sightings.ZoomedOut(volume, format)));
    }

    [NeuroglancerTheory]
    [MemberData(nameof(Views))]
    public void It_is_refused_nothing(string volume, string format)
    {
        NeuroglancerSighting.Answer[] answers = [.. sightings.At(volume, format).Answers, .. sightings.ZoomedOut(volume, format).Answers];
        // Before it takes the root for a group, it asks whether it is an array.
        Assert.All(answers, answer => Assert.True(answer.Status == (RootArray().IsMatch(answer.Path) ? 404 : 200), $"{answer.Path} was answered with {answer.Status}"));
    }

    [NeuroglancerTheory]
    [InlineData("zarr2")]
    [InlineData("zarr3")]
    public void It_has_every_voxel_of_a_hyperstack(string format)
    {
        NeuroglancerSighting seen = sightings.At(NeuroglancerSightings.HyperstackName, format);
        Assert.Empty(seen.Troubles);
        Assert.Equal(NeuroglancerSightings.HyperstackVoxels(format).Select(voxel => (double?)voxel.Value), seen.Values);
    }

    [NeuroglancerTheory]
    [InlineData("zarr3")]
    public void It_has_a_layer_for_each_channel_and_an_axis_of_time(string format)
    {
        NeuroglancerSighting seen = sightings.At(NeuroglancerSightings.HyperstackName, format);
        Assert.Equal(["x", "y", "z", "t"], seen.Names);
        Assert.Equal(["m", "m", "m", "s"], seen.Units);
        Assert.Equal([Hyperstack.Pixel * 1e-6, Hyperstack.Pixel * 1e-6, Hyperstack.Spacing * 1e-6, Hyperstack.Interval], seen.Scales);
        Assert.Equal([Hyperstack.X / 2, Hyperstack.Y / 2, Hyperstack.Z / 2, NeuroglancerSightings.Time], seen.Position.Select(coordinate => (int)coordinate));

        Assert.Equal(Hyperstack.C, seen.Layers.Length);
        for (int c = 0; c < Hyperstack.C; c++)
        {
            NeuroglancerSighting.Layer layer = seen.Layers[c];
            Assert.True(layer.Visible);
            Assert.Null(layer.Shader);
            Assert.Equal([c], layer.Local.Select(coordinate => (int)coordinate));
            Assert.InRange(layer.Contrast[0], 30000 * c, 30000 * (c + 1));
            Assert.InRange(layer.Contrast[1], layer.Contrast[0] + 1000, 30000 * (c + 1));
        }

        Assert.Equal(2, seen.Layers.Select(layer => layer.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.NotEqual(seen.Layers[0].Color, seen.Layers[1].Color);
    }

    [NeuroglancerTheory]
    [InlineData("zarr2")]
    public void It_has_the_chosen_channel_and_time_in_three_axes(string format)
    {
        NeuroglancerSighting seen = sightings.At(NeuroglancerSightings.HyperstackName, format);
        Assert.Equal(["x", "y", "z"], seen.Names);
        Assert.InRange(Assert.Single(seen.Layers).Contrast[0], 30000 * NeuroglancerSightings.Channel, 30000 * (NeuroglancerSightings.Channel + 1));
    }

    /// <summary>Levels of which it has chunks.</summary>
    private static IEnumerable<int> Levels(NeuroglancerSighting seen) =>
        seen.Answers.Select(answer => Chunk().Match(answer.Path)).Where(match => match.Success).Select(match => int.Parse(match.Groups["level"].Value)).Distinct().Order();

    [GeneratedRegex("^/[^/]+/\\.zarray$", RegexOptions.None, matchTimeoutMilliseconds: 120_000)]
    private static partial Regex RootArray();

    [GeneratedRegex("^/[^/]+/(?<level>[0-9]+)/(c/)?[0-9]+/[0-9]+/[0-9]+$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 120_000)]
    private static partial Regex Chunk();
}
