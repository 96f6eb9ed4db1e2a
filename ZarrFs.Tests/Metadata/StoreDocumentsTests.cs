using System.Text.Json.Nodes;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Metadata;

/// <summary>What a written store's documents have and those of the virtual tree have not: a codec, and the slices that could not be read.</summary>
public sealed class StoreDocumentsTests
{
    private static readonly SourceProblem Missing = new(SourceProblemKind.Missing, 3, 2, "/data/slices", "no file");

    private static readonly SourceProblem[] Problems =
    [
        new SourceProblem(SourceProblemKind.Bad, 7, 1, "/data/slices/00007.tif", "empty"), Missing,
        new SourceProblem(SourceProblemKind.Bad, 5, 2, "/data/slices/00005.tif", "not a TIFF") { T = 1, C = 0 },
        new SourceProblem(SourceProblemKind.Bad, 0, 1, "/data/slices/00000.tif", "truncated"),
    ];

    private const string Listed =
        """
        {"badSlices": [{"z": 0, "depth": 1, "file": "00000.tif", "message": "truncated"}, {"z": 7, "depth": 1, "file": "00007.tif", "message": "empty"},
                       {"t": 1, "c": 0, "z": 5, "depth": 2, "file": "00005.tif", "message": "not a TIFF"}]}
        """;

    private readonly Multiscale _multiscale = Documents.Multiscale(new VolumeShape(17, 26, 33));

    private IReadOnlyList<OmeroChannel> Channels => Documents.Channels(_multiscale);

    [Theory]
    [InlineData("blosc:zstd:3:bitshuffle", """{"id": "blosc", "cname": "zstd", "clevel": 3, "shuffle": 2, "blocksize": 0}""", """{"name": "blosc", "configuration": {"typesize": 2, "cname": "zstd", "clevel": 3, "shuffle": "bitshuffle", "blocksize": 0}}""")]
    [InlineData("zstd:3", """{"id": "zstd", "level": 3}""", """{"name": "zstd", "configuration": {"level": 3, "checksum": false}}""")]
    [InlineData("gzip:6", """{"id": "gzip", "level": 6}""", """{"name": "gzip", "configuration": {"level": 6}}""")]
    [InlineData("zlib:6", """{"id": "zlib", "level": 6}""", null)]
    public void The_codec_stands_in_every_array(string text, string v2, string? v3)
    {
        Codec codec = Compression.Parse(text).Create(DataType.UInt16)!;
        var old = new ZarrV2Documents(_multiscale, Channels, codec);
        JsonNode consolidated = Parse(old.Group(), ".zmetadata")["metadata"]!;
        foreach (Level level in _multiscale.Levels)
        {
            JsonObject array = Parse(old.Array(level), ".zarray");
            Documents.SameJson(v2, array["compressor"]);
            Assert.True(JsonNode.DeepEquals(array, consolidated[$"{level.Index}/.zarray"]));
        }

        if (v3 is null) return;
        var documents = new ZarrV3Documents(_multiscale, Channels, codec);
        foreach (Level level in _multiscale.Levels)
        {
            JsonObject array = Parse(documents.Array(level), "zarr.json");
            Documents.SameJson("""[{"name": "bytes", "configuration": {"endian": "little"}}, """ + v3 + "]", array["codecs"]);
            Assert.True(JsonNode.DeepEquals(array, Parse(documents.Group(), "zarr.json")["consolidated_metadata"]!["metadata"]![level.Index.ToString()]));
        }
    }

    [Fact]
    public void Bad_slices_stand_in_the_attributes_of_the_root_in_the_order_of_planes()
    {
        var old = new ZarrV2Documents(_multiscale, Channels, problems: Problems);
        Documents.SameJson(Listed, Parse(old.Group(), ".zattrs")["zarrfs"]);
        Documents.SameJson(Listed, Parse(old.Group(), ".zmetadata")["metadata"]![".zattrs"]!["zarrfs"]);
        Documents.SameJson(Listed, Parse(old.RootArray(), ".zattrs")["zarrfs"]);
        Assert.Null(Parse(old.Array(_multiscale.Levels[0]), ".zattrs")["zarrfs"]);
        var documents = new ZarrV3Documents(_multiscale, Channels, problems: Problems);
        Documents.SameJson(Listed, Parse(documents.Group(), "zarr.json")["attributes"]!["zarrfs"]);
        Documents.SameJson(Listed, Parse(documents.RootArray(), "zarr.json")["attributes"]!["zarrfs"]);
        Documents.SameJson("{}", Parse(documents.Array(_multiscale.Levels[0]), "zarr.json")["attributes"]);
    }

    /// <summary>Of a chunk "7" alone would say nothing.</summary>
    [Theory]
    [InlineData("/test/array/0/3/1/7", "0/3/1/7")]
    [InlineData("/test/array/..7", "..7")]
    [InlineData("/test/array", "array")]
    [InlineData("/test/array.ome.tif", "array.ome.tif")]
    public void Files_are_named_from_the_source_on(string path, string name)
    {
        var documents = new ZarrV3Documents(_multiscale, Channels, problems: [new SourceProblem(SourceProblemKind.Bad, 7, 1, path, "empty")]);
        Assert.Equal(name, (string?)Parse(documents.Group(), "zarr.json")["attributes"]!["zarrfs"]!["badSlices"]![0]!["file"]);
    }

    [Fact]
    public void Without_them_a_store_has_the_documents_of_the_virtual_tree()
    {
        Level first = _multiscale.Levels[0];
        ZarrV2Documents old = new(_multiscale, Channels), oldStore = new(_multiscale, Channels, null, [Missing]);
        ZarrV3Documents documents = new(_multiscale, Channels), store = new(_multiscale, Channels, null, [Missing]);
        Same(old.Group(), oldStore.Group());
        Same(old.Array(first), oldStore.Array(first));
        Same(old.Array(first), oldStore.RootArray());
        Same(documents.Group(), store.Group());
        Same(documents.Array(first), store.Array(first));
        Same(documents.Array(first), store.RootArray());
    }

    private static void Same(IReadOnlyList<(string Name, byte[] Content)> expected, IReadOnlyList<(string Name, byte[] Content)> found)
    {
        Assert.Equal(expected.Select(document => document.Name), found.Select(document => document.Name));
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First.Content, pair.Second.Content));
    }

    private static JsonObject Parse(IReadOnlyList<(string Name, byte[] Content)> documents, string name) =>
        JsonNode.Parse(Assert.Single(documents, document => document.Name == name).Content)!.AsObject();
}
