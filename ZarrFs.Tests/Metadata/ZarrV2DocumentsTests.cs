using System.Text;
using System.Text.Json.Nodes;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Metadata;

public sealed class ZarrV2DocumentsTests
{
    [Fact]
    public void Each_level_has_half_the_voxels_rounded_up()
    {
        Multiscale multiscale = Documents.Multiscale(new VolumeShape(17, 26, 33));
        int[][] shapes = [[17, 26, 33], [9, 13, 17], [5, 7, 9], [3, 4, 5]];
        Assert.Equal(shapes.Length, multiscale.Levels.Count); // 3×4×5 is the first that fits in 4×6×8
        for (int level = 0; level < shapes.Length; level++)
        {
            Documents.SameJson(
                $$"""
                {"zarr_format": 2, "shape": [{{string.Join(',', shapes[level])}}], "chunks": [4, 6, 8], "dtype": "<u2", "compressor": null, "fill_value": 0,
                 "order": "C", "filters": null, "dimension_separator": "/"}
                """,
                Documents.V2(multiscale, level, ".zarray"));
            Documents.SameJson("""{"_ARRAY_DIMENSIONS": ["z", "y", "x"]}""", Documents.V2(multiscale, level, ".zattrs"));
        }

        Documents.SameJson("""{"zarr_format": 2}""", Documents.V2(multiscale, ".zgroup"));
    }

    [Theory]
    [InlineData(DataType.UInt8, "|u1")]
    [InlineData(DataType.Int8, "|i1")]
    [InlineData(DataType.UInt16, "<u2")]
    [InlineData(DataType.Int16, "<i2")]
    [InlineData(DataType.UInt32, "<u4")]
    [InlineData(DataType.Int32, "<i4")]
    [InlineData(DataType.UInt64, "<u8")]
    [InlineData(DataType.Int64, "<i8")]
    [InlineData(DataType.Float32, "<f4")]
    [InlineData(DataType.Float64, "<f8")]
    public void Types_have_numpys_names(DataType type, string name) =>
        Assert.Equal(name, (string?)Documents.V2(Documents.Multiscale(new VolumeShape(2, 2, 2), type), 0, ".zarray")["dtype"]);

    [Theory]
    [InlineData(DownsampleMethod.Mean)]
    [InlineData(DownsampleMethod.Nearest)]
    public void Scales_are_powers_of_two_and_nothing_is_translated(DownsampleMethod method)
    {
        Multiscale multiscale = Documents.Multiscale(new VolumeShape(40, 40, 40), voxel: VoxelSize.Micrometers(7.91), method: method);
        JsonNode image = Assert.Single(Documents.V2(multiscale, ".zattrs")["multiscales"]!.AsArray())!;
        Assert.Equal("0.4", (string?)image["version"]);
        Assert.Equal("a ünï volume", (string?)image["name"]);
        Documents.SameJson(
            """[{"name": "z", "type": "space", "unit": "micrometer"}, {"name": "y", "type": "space", "unit": "micrometer"}, {"name": "x", "type": "space", "unit": "micrometer"}]""",
            image["axes"]);
        JsonArray datasets = image["datasets"]!.AsArray();
        Assert.Equal(multiscale.Levels.Count, datasets.Count);
        for (int level = 0; level < datasets.Count; level++)
        {
            Assert.Equal(level.ToString(), (string?)datasets[level]!["path"]);
            JsonNode scale = Assert.Single(datasets[level]!["coordinateTransformations"]!.AsArray())!; // khartes takes one and no more
            Assert.Equal("scale", (string?)scale["type"]);
            double factor = Math.Pow(2, level);
            Assert.Equal([factor, factor, factor], Documents.Numbers(scale["scale"]));
        }

        JsonNode whole = Assert.Single(image["coordinateTransformations"]!.AsArray())!;
        Assert.Equal([7.91, 7.91, 7.91], Documents.Numbers(whole["scale"]));
        Assert.Equal(method.ToString().ToLowerInvariant(), (string?)image["type"]);
    }

    [Fact]
    public void Without_a_voxel_size_there_is_no_unit_and_no_transformation_of_the_whole()
    {
        JsonNode image = Documents.V2(Documents.Multiscale(new VolumeShape(4, 4, 4)), ".zattrs")["multiscales"]![0]!;
        Assert.Null(image["coordinateTransformations"]);
        Assert.All(image["axes"]!.AsArray(), axis => Assert.Null(axis!["unit"]));
    }

    [Theory]
    [InlineData(1, 3, 0, 2)]
    [InlineData(2, 1, 1, 0)]
    [InlineData(4, 3, 3, 1)]
    public void Of_time_and_channels_one_is_shown(int t, int c, int time, int channel)
    {
        Multiscale multiscale = Documents.Multiscale(new VolumeShape(t, c, 9, 9, 9), voxel: new VoxelSize(3, 2, 1, "nanometer"), leading: new LeadingIndex(time, channel));
        Multiscale alone = Documents.Multiscale(new VolumeShape(9, 9, 9), voxel: new VoxelSize(3, 2, 1, "nanometer"));
        JsonObject attributes = Documents.V2(multiscale, ".zattrs");
        Assert.True(JsonNode.DeepEquals(Documents.V2(alone, ".zattrs")["multiscales"], attributes["multiscales"]));
        for (int level = 0; level < alone.Levels.Count; level++)
        {
            foreach (string name in (string[])[".zarray", ".zattrs"])
                Assert.True(JsonNode.DeepEquals(Documents.V2(alone, level, name), Documents.V2(multiscale, level, name)));
        }

        JsonNode shown = Assert.Single(attributes["omero"]!["channels"]!.AsArray())!;
        Assert.Equal(($"label {channel}", 100 + channel, true), ((string)shown["label"]!, (int)shown["window"]!["start"]!, (bool)shown["active"]!));
    }

    [Fact]
    public void Consolidated_metadata_equals_the_single_documents()
    {
        Multiscale multiscale = Documents.Multiscale(new VolumeShape(40, 40, 40), voxel: VoxelSize.Micrometers(2));
        JsonObject consolidated = Documents.V2(multiscale, ".zmetadata");
        Assert.Equal(1, (int?)consolidated["zarr_consolidated_format"]);
        JsonObject metadata = consolidated["metadata"]!.AsObject();
        Assert.Equal(2 + (2 * multiscale.Levels.Count), metadata.Count);
        Assert.True(JsonNode.DeepEquals(Documents.V2(multiscale, ".zattrs"), metadata[".zattrs"]));
        Assert.True(JsonNode.DeepEquals(Documents.V2(multiscale, ".zgroup"), metadata[".zgroup"]));
        for (int level = 0; level < multiscale.Levels.Count; level++)
        {
            Assert.True(JsonNode.DeepEquals(Documents.V2(multiscale, level, ".zarray"), metadata[$"{level}/.zarray"]));
            Assert.True(JsonNode.DeepEquals(Documents.V2(multiscale, level, ".zattrs"), metadata[$"{level}/.zattrs"]));
        }
    }

    [Theory]
    [InlineData("nanometer", 500, 0.5)]
    [InlineData("micrometer", 7.91, 7.91)]
    [InlineData("millimeter", 0.5, 500)]
    [InlineData("centimeter", 2, 20000)]
    [InlineData("angstrom", 10000, 1)]
    [InlineData(null, 1, 1)]
    public void A_volpkgs_meta_json_is_in_micrometres(string? unit, double size, double micrometres)
    {
        JsonObject meta = Documents.V2(Documents.Multiscale(new VolumeShape(5, 6, 7), voxel: new VoxelSize(size, size, size, unit)), "meta.json");
        Assert.Equal(micrometres, (double)meta["voxelsize"]!, 1e-12);
        Assert.Equal((7, 6, 5), ((int)meta["width"]!, (int)meta["height"]!, (int)meta["slices"]!));
        Assert.Equal(("vol", "zarr", "a ünï volume"), ((string?)meta["type"], (string?)meta["format"], (string?)meta["name"]));
        Assert.NotNull(meta["uuid"]);
        Assert.Equal((0, 65535), ((double)meta["min"]!, (double)meta["max"]!));
    }

    [Fact]
    public void Coordinates_are_written_with_a_decimal_point()
    {
        Multiscale multiscale = Documents.Multiscale(new VolumeShape(40, 40, 40), voxel: VoxelSize.Micrometers(2));
        string text = Encoding.UTF8.GetString(new ZarrV2Documents(multiscale, Documents.Channels(multiscale)).Group().Single(d => d.Name == ".zattrs").Content);
        Assert.Contains("4.0", text, StringComparison.Ordinal);
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
    }
}
