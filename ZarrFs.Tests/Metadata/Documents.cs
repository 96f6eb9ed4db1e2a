using System.Text.Json.Nodes;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Metadata;

/// <summary>The documents of a volume made for a test, parsed.</summary>
internal static class Documents
{
    public static readonly ContrastWindow Contrast = new(100, 900, 0, 65535);

    public static IReadOnlyList<OmeroChannel> Channels(Multiscale multiscale) =>
        [.. Enumerable.Range(0, (int)multiscale.Volume.Shape.C).Select(c => new OmeroChannel($"label {c}", 0x10203 * c, c == 0, Contrast with { Start = 100 + c }))];

    public static Multiscale Multiscale(
        VolumeShape shape, DataType type = DataType.UInt16, VoxelSize? voxel = null, DownsampleMethod method = DownsampleMethod.Mean, int? levels = null, ChunkShape? chunk = null,
        LeadingIndex leading = default, TimeStep? step = null) =>
        new(
            "a ünï volume", new Volume(new ArraySource(shape, type, new byte[shape.Count * type.Size()]) { TimeStep = step }, VolumeRanges.All, null, voxel),
            chunk ?? new ChunkShape(4, 6, 8), levels, method, leading);

    public static JsonObject V2(Multiscale multiscale, string name) => Parse(new ZarrV2Documents(multiscale, Channels(multiscale)).Group(), name);

    public static JsonObject V2(Multiscale multiscale, int level, string name) => Parse(new ZarrV2Documents(multiscale, Channels(multiscale)).Array(multiscale.Levels[level]), name);

    public static JsonObject V3(Multiscale multiscale) => Parse(new ZarrV3Documents(multiscale, Channels(multiscale)).Group(), "zarr.json");

    public static JsonObject V3(Multiscale multiscale, int level) => Parse(new ZarrV3Documents(multiscale, Channels(multiscale)).Array(multiscale.Levels[level]), "zarr.json");

    public static void SameJson(string expected, JsonNode? found) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), found), $"expected {expected}, found {found?.ToJsonString()}");

    public static double[] Numbers(JsonNode? array) => [.. array!.AsArray().Select(n => (double)n!)];

    private static JsonObject Parse(IReadOnlyList<(string Name, byte[] Content)> documents, string name) =>
        JsonNode.Parse(Assert.Single(documents, d => d.Name == name).Content)!.AsObject();
}
