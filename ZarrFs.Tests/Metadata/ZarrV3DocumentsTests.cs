using System.Text.Json.Nodes;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Metadata;

public sealed class ZarrV3DocumentsTests
{
    [Fact]
    public void An_array_says_what_the_specification_wants()
    {
        Multiscale multiscale = Documents.Multiscale(new VolumeShape(17, 26, 33));
        Documents.SameJson(
            """
            {"zarr_format": 3, "node_type": "array", "shape": [9, 13, 17], "data_type": "uint16",
             "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [4, 6, 8]}},
             "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
             "fill_value": 0, "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}], "attributes": {}, "dimension_names": ["z", "y", "x"]}
            """,
            Documents.V3(multiscale, 1));
    }

    [Theory]
    [InlineData(DataType.UInt8, "uint8", false)]
    [InlineData(DataType.Int8, "int8", false)]
    [InlineData(DataType.UInt16, "uint16", true)]
    [InlineData(DataType.Int16, "int16", true)]
    [InlineData(DataType.UInt32, "uint32", true)]
    [InlineData(DataType.Int32, "int32", true)]
    [InlineData(DataType.UInt64, "uint64", true)]
    [InlineData(DataType.Int64, "int64", true)]
    [InlineData(DataType.Float32, "float32", true)]
    [InlineData(DataType.Float64, "float64", true)]
    public void Types_have_their_names_and_an_order_only_where_bytes_have_one(DataType type, string name, bool ordered)
    {
        JsonObject array = Documents.V3(Documents.Multiscale(new VolumeShape(2, 2, 2), type), 0);
        Assert.Equal(name, (string?)array["data_type"]);
        JsonNode codec = Assert.Single(array["codecs"]!.AsArray())!;
        Assert.Equal("bytes", (string?)codec["name"]);
        Assert.Equal(ordered ? "little" : null, (string?)codec["configuration"]?["endian"]);
    }

    [Theory]
    [InlineData(DownsampleMethod.Mean)]
    [InlineData(DownsampleMethod.Nearest)]
    [InlineData(DownsampleMethod.Max)]
    [InlineData(DownsampleMethod.Mode)]
    [InlineData(DownsampleMethod.Gaussian)]
    public void Scales_are_physical_and_translations_those_of_the_method(DownsampleMethod method)
    {
        double[] voxel = [3, 0.5, 7.91];
        Multiscale multiscale = Documents.Multiscale(new VolumeShape(70, 70, 70), voxel: new VoxelSize(3, 0.5, 7.91, "micrometer"), method: method);
        JsonNode ome = Documents.V3(multiscale)["attributes"]!["ome"]!;
        Assert.Equal("0.5", (string?)ome["version"]);
        JsonNode image = Assert.Single(ome["multiscales"]!.AsArray())!;
        Assert.Null(image["version"]); // 0.5 has it one level up
        JsonArray datasets = image["datasets"]!.AsArray();
        Assert.Equal(multiscale.Levels.Count, datasets.Count);
        for (int level = 0; level < datasets.Count; level++)
        {
            JsonArray steps = datasets[level]!["coordinateTransformations"]!.AsArray();
            Assert.Equal(["scale", "translation"], steps.Select(step => (string)step!["type"]!));
            double[] scale = Documents.Numbers(steps[0]!["scale"]), translation = Documents.Numbers(steps[1]!["translation"]);
            for (int axis = 0; axis < 3; axis++)
            {
                // The centre of the 2ⁿ voxels 0 … 2ⁿ−1, or the first of them.
                double centre = method == DownsampleMethod.Nearest ? 0 : Enumerable.Range(0, 1 << level).Average();
                Assert.Equal(voxel[axis] * (1 << level), scale[axis], 1e-12);
                Assert.Equal(voxel[axis] * centre, translation[axis], 1e-9);
            }
        }
    }

    [Fact]
    public void The_group_holds_the_documents_of_its_arrays()
    {
        Multiscale multiscale = Documents.Multiscale(new VolumeShape(40, 40, 40));
        JsonObject group = Documents.V3(multiscale);
        Assert.Equal((3, "group"), ((int)group["zarr_format"]!, (string)group["node_type"]!));
        JsonNode consolidated = group["consolidated_metadata"]!;
        Assert.Equal("inline", (string?)consolidated["kind"]);
        Assert.False((bool)consolidated["must_understand"]!);
        JsonObject metadata = consolidated["metadata"]!.AsObject();
        Assert.Equal(multiscale.Levels.Count, metadata.Count);
        for (int level = 0; level < multiscale.Levels.Count; level++)
            Assert.True(JsonNode.DeepEquals(Documents.V3(multiscale, level), metadata[level.ToString()]));
    }

    [Theory]
    [InlineData(1, 1, "")]
    [InlineData(1, 3, "c")]
    [InlineData(2, 1, "t")]
    [InlineData(2, 3, "t,c")]
    public void Axes_are_those_that_exist(int t, int c, string leading)
    {
        string[] names = [.. leading.Split(',', StringSplitOptions.RemoveEmptyEntries), "z", "y", "x"];
        T[] Shown<T>(T time, T channel, params T[] space) =>
            [.. leading.Contains('t', StringComparison.Ordinal) ? [time] : (T[])[], .. leading.Contains('c', StringComparison.Ordinal) ? [channel] : (T[])[], .. space];

        Multiscale multiscale = Documents.Multiscale(new VolumeShape(t, c, 9, 9, 9), voxel: new VoxelSize(3, 2, 1, "nanometer"), step: new TimeStep(2.5, "millisecond"));
        JsonNode image = Documents.V3(multiscale)["attributes"]!["ome"]!["multiscales"]![0]!;
        Assert.Equal(names, image["axes"]!.AsArray().Select(axis => (string)axis!["name"]!));
        Assert.Equal(Shown("time", "channel", "space", "space", "space"), image["axes"]!.AsArray().Select(axis => (string)axis!["type"]!));
        Assert.Equal(Shown("millisecond", null, "nanometer", "nanometer", "nanometer"), image["axes"]!.AsArray().Select(axis => (string?)axis!["unit"]));
        for (int level = 0; level < multiscale.Levels.Count; level++)
        {
            double factor = 1 << level, shift = (factor - 1) / 2;
            JsonArray steps = image["datasets"]![level]!["coordinateTransformations"]!.AsArray();
            Assert.Equal(Shown(2.5, 1, 3 * factor, 2 * factor, factor), Documents.Numbers(steps[0]!["scale"]));
            Assert.Equal(Shown(0, 0, 3 * shift, 2 * shift, shift), Documents.Numbers(steps[1]!["translation"]));
        }

        JsonObject array = Documents.V3(multiscale, 1);
        Assert.Equal(Shown<double>(t, c, 5, 5, 5), Documents.Numbers(array["shape"]));
        Assert.Equal(Shown<double>(1, 1, 4, 6, 8), Documents.Numbers(array["chunk_grid"]!["configuration"]!["chunk_shape"]));
        Assert.Equal(names, array["dimension_names"]!.AsArray().Select(name => (string)name!));
    }

    [Fact]
    public void Without_a_time_step_time_counts_points()
    {
        JsonNode image = Documents.V3(Documents.Multiscale(new VolumeShape(2, 3, 4, 4, 4), voxel: VoxelSize.Micrometers(2)))["attributes"]!["ome"]!["multiscales"]![0]!;
        Assert.Null(image["axes"]![0]!["unit"]);
        Assert.Equal([1, 1, 2, 2, 2], Documents.Numbers(image["datasets"]![0]!["coordinateTransformations"]![0]!["scale"]));
    }

    [Theory]
    [InlineData(1, "greyscale")]
    [InlineData(3, "color")]
    public void Channels_stand_in_omero(int channels, string model)
    {
        Multiscale multiscale = Documents.Multiscale(new VolumeShape(5, channels, 9, 4, 4), leading: new LeadingIndex(2, channels - 1));
        JsonNode omero = Documents.V3(multiscale)["attributes"]!["ome"]!["omero"]!;
        Assert.Equal(channels, omero["channels"]!.AsArray().Count);
        for (int c = 0; c < channels; c++)
        {
            Documents.SameJson(
                $$$"""{"label": "label {{{c}}}", "color": "{{{0x10203 * c:X6}}}", "active": {{{(c == 0 ? "true" : "false")}}}, "window": {"start": {{{100 + c}}}, "end": 900, "min": 0, "max": 65535}}""",
                omero["channels"]![c]);
        }

        Documents.SameJson($$"""{"defaultT": 2, "defaultZ": 4, "model": "{{model}}"}""", omero["rdefs"]);
    }
}
