using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Sources.Zarr;

/// <summary>Documents that cannot be, and chunks that are not what their array says: named, by policy, never wrong voxels.</summary>
public sealed class DamagedStoreTests : IDisposable
{
    private const string V2 =
        """{"zarr_format": 2, "shape": [4, 6, 8], "chunks": [2, 3, 4], "dtype": "<u2", "compressor": null, "fill_value": 0, "order": "C", "filters": null, "dimension_separator": "."}""";

    private const string V3 =
        """{"zarr_format": 3, "node_type": "array", "shape": [4, 6, 8], "data_type": "uint16", "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2, 3, 4]}}, "chunk_key_encoding": {"name": "default"}, "fill_value": 0, "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}]}""";

    private const int ChunkBytes = 2 * 3 * 4 * 2;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    public static TheoryData<string, string, string> BadV2 { get; } = new()
    {
        { "[4, 6, 8]", "[4, 6]", "has 2 dimensions and chunks of 3" },
        { "[4, 6, 8]", "[4, 0, 8]", "has no voxels" },
        { "[4, 6, 8]", "[4, -6, 8]", "\"shape\": found [4, -6, 8], expected a list of whole numbers from 0" },
        { "[4, 6, 8]", "[4, 6.5, 8]", "expected a list of whole numbers" },
        { "[4, 6, 8]", "\"many\"", "\"shape\": found \"many\"" },
        { "[4, 6, 8]", "[4000000000000000000, 4000000000000000000, 4000000000000000000]", "is larger than" },
        { "[4, 6, 8]", "[99999999999999999999, 6, 8]", "expected a list of whole numbers" },
        { "[2, 3, 4]", "[2, 0, 4]", "expected a list of whole numbers from 1" },
        { "[2, 3, 4]", "[1099511627776, 1099511627776, 1099511627776]", "a chunk must be smaller than" },
        { "[2, 3, 4]", "[1, 1, 1099511627776]", "a chunk must be smaller than" },
        { "\"<u2\"", "\"<c8\"", "\"dtype\": \"<c8\" is not supported" },
        { "\"<u2\"", "\"|u2\"", "\"dtype\": \"|u2\" is not supported" },
        { "\"<u2\"", "[[\"a\", \"<u2\"]]", "\"dtype\"" },
        { "\"compressor\": null", "\"compressor\": {\"id\": \"lzma\"}", "'lzma' is not supported" },
        { "\"compressor\": null", "\"compressor\": 7", "the compressor is 7" },
        { "\"filters\": null", "\"filters\": [{\"id\": \"delta\", \"dtype\": \"<u2\"}]", "\"filters\": [{\"id\": \"delta\"" },
        { "\"fill_value\": 0", "\"fill_value\": 70000", "\"fill_value\": found 70000, expected one that uint16 can hold" },
        { "\"fill_value\": 0", "\"fill_value\": 0.5", "expected one that uint16 can hold" },
        { "\"fill_value\": 0", "\"fill_value\": \"AAA=\"", "expected one that uint16 can hold" },
        { "\"C\"", "\"K\"", "\"order\": found \"K\"" },
        { "\".\"", "\"-\"", "\"dimension_separator\": found \"-\"" },
        { "\"order\": \"C\", ", "", "has no \"order\"" },
        { "\"dtype\": \"<u2\", ", "", "has no \"dtype\"" },
        { "\"zarr_format\": 2", "\"zarr_format\": 4", "\"zarr_format\": found 4, expected 2" },
        { "\"filters\": null", "\"filters\": null,,", "is not valid JSON" },
        { "\"filters\": null", "\"filters\": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "is not valid JSON" },
    };

    public static TheoryData<string, string, string> BadV3 { get; } = new()
    {
        { "\"regular\"", "\"rectangular\"", "\"chunk_grid\"" },
        { "\"chunk_shape\": [2, 3, 4]", "\"chunks\": [2, 3, 4]", "expected a configuration with a chunk_shape" },
        { "[2, 3, 4]", "[2, 3]", "has 3 dimensions and chunks of 2" },
        { "\"uint16\"", "\"complex64\"", "\"data_type\": \"complex64\" is not supported" },
        { "\"default\"", "\"fancy\"", "\"default\" and \"v2\" are" },
        { "\"fill_value\": 0", "\"fill_value\": null", "\"fill_value\": found null" },
        { "\"little\"", "\"middle\"", "an endian" },
        { "{\"name\": \"bytes\", \"configuration\": {\"endian\": \"little\"}}", "{\"name\": \"bytes\"}", "an endian" },
        { "{\"name\": \"bytes\", \"configuration\": {\"endian\": \"little\"}}", "{\"name\": \"sharding_indexed\", \"configuration\": {}}", "chunks in shards are not read yet" },
        { "{\"name\": \"bytes\", \"configuration\": {\"endian\": \"little\"}}", "\"crc32c\"", "transpose, bytes, one compressor and crc32c" },
        { "{\"name\": \"bytes\", \"configuration\": {\"endian\": \"little\"}}", "", "expected a list of codecs" },
        { "[{\"name\": \"bytes\"", "[{\"name\": \"transpose\", \"configuration\": {\"order\": [0, 0, 1]}}, {\"name\": \"bytes\"", "each of 0 to 2 once" },
        { "\"little\"}}", "\"little\"}}, \"gzip\", \"zstd\"", "one compressor" },
        { "\"little\"}}", "\"little\"}}, \"lz77\"", "'lz77' is not supported" },
        { "\"node_type\": \"array\"", "\"node_type\": 7", "\"node_type\": found 7" },
        { "\"fill_value\": 0", "\"fill_value\": 0, \"later\": {\"a\": 1}", "\"later\"" },
        { "\"fill_value\": 0", "\"fill_value\": 0, \"storage_transformers\": [{\"name\": \"x\"}]", "\"storage_transformers\"" },
    };

    [Theory]
    [MemberData(nameof(BadV2))]
    public void A_document_that_cannot_be_is_named(string what, string by, string message) => Refused(".zarray", V2, what, by, message);

    [Theory]
    [MemberData(nameof(BadV3))]
    public void A_v3_document_that_cannot_be_is_named(string what, string by, string message) => Refused("zarr.json", V3, what, by, message);

    [Theory]
    [InlineData("""{"multiscales": []}""", "a list of at least one object")]
    [InlineData("""{"multiscales": [{"datasets": []}]}""", "datasets, 1 to")]
    [InlineData("""{"multiscales": [{"datasets": [{"path": "../../etc"}]}]}""", "a path below the group")]
    [InlineData("""{"multiscales": [{"datasets": [{"path": "/etc"}]}]}""", "a path below the group")]
    [InlineData("""{"multiscales": [{"datasets": [{}]}]}""", "a path below the group")]
    [InlineData("""{"multiscales": [{"datasets": [{"path": "0", "coordinateTransformations": [{"type": "scale", "scale": [1, -1, 1]}]}]}]}""", "finite numbers above 0")]
    [InlineData("""{"multiscales": [{"axes": [1, 2, 3], "datasets": [{"path": "0"}]}]}""", "a name for each axis")]
    [InlineData("""{"multiscales": [{"datasets": [{"path": "7"}]}]}""", "there is no array \"7\"")]
    [InlineData("""{"plate": {}}""", "an HCS plate")]
    [InlineData("""{"other": 1}""", "is a group without multiscales")]
    public void A_group_that_cannot_be_is_named(string attributes, string message)
    {
        _directory.File(".zgroup", """{"zarr_format": 2}""");
        _directory.File(".zattrs", attributes);
        SourceException failure = Assert.ThrowsAny<SourceException>(() => SourceOpener.Open(_directory.Path, new SourceOptions()));
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ChunkBytes - 1, $"has 47 bytes, expected 48")]
    [InlineData(ChunkBytes + 1, $"has 49 bytes, expected 48")]
    [InlineData(0, "the file is empty")]
    public void A_chunk_of_another_length_is_bad(int length, string message)
    {
        _directory.File(".zarray", V2);
        _directory.File("0.0.0", [.. Enumerable.Repeat((byte)1, ChunkBytes)]);
        _directory.File("1.1.0", new byte[length]);
        using ISource fill = SourceOpener.Open(_directory.Path, new SourceOptions { BadSlices = BadSlicePolicy.Fill });
        byte[] all = ReadAll(fill);
        Assert.Equal(ChunkBytes, all.Count(value => value == 1));
        Assert.Equal(all.Length - ChunkBytes, all.Count(value => value == 0));
        SourceProblem problem = Assert.Single(fill.Problems);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Equal((2, 2), (problem.Z, problem.Depth));
        Assert.EndsWith("1.1.0", problem.Path, StringComparison.Ordinal);
        _ = ReadAll(fill);
        Assert.Single(fill.Problems);

        using ISource fail = SourceOpener.Open(_directory.Path, new SourceOptions { BadSlices = BadSlicePolicy.Fail });
        Assert.Contains(message, Assert.Throws<SourceException>(() => ReadAll(fail)).Message, StringComparison.Ordinal);

        using ISource looked = SourceOpener.Open(_directory.Path, new SourceOptions());
        looked.CheckAll(null, CancellationToken.None);
        Assert.Contains(message, Assert.Single(looked.Problems).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"zlib\", \"level\": 1")]
    [InlineData("\"gzip\", \"level\": 1")]
    [InlineData("\"zstd\", \"level\": 1")]
    [InlineData("\"blosc\", \"cname\": \"lz4\", \"clevel\": 5, \"shuffle\": 1, \"blocksize\": 0")]
    public void A_chunk_that_does_not_decode_is_bad(string codec)
    {
        _directory.File(".zarray", V2.Replace("\"compressor\": null", $"\"compressor\": {{\"id\": {codec}}}", StringComparison.Ordinal));
        _directory.File("0.0.0", [.. Enumerable.Range(0, 40).Select(i => (byte)(i * 37))]);
        using var pool = new Core.Cache.BufferPool(64 << 20);
        using (ISource fill = SourceOpener.Open(_directory.Path, new SourceOptions { Pool = pool }))
        {
            Assert.True(Zeros.IsAllZero(ReadAll(fill)));
            Assert.EndsWith("0.0.0", Assert.Single(fill.Problems).Path, StringComparison.Ordinal);
        }

        using (ISource fail = SourceOpener.Open(_directory.Path, new SourceOptions { Pool = pool, BadSlices = BadSlicePolicy.Fail }))
            Assert.Throws<SourceException>(() => ReadAll(fail));
        Assert.Equal(0, pool.BuffersInUse);
    }

    [Fact]
    public void What_cannot_be_read_now_is_an_error_under_either_policy()
    {
        _directory.File(".zarray", V2);
        File.CreateSymbolicLink(Path.Combine(_directory.Path, "0.0.0"), "0.0.0"); // leads to itself
        File.CreateSymbolicLink(Path.Combine(_directory.Path, "0.0.1"), "nowhere");
        using ISource source = SourceOpener.Open(_directory.Path, new SourceOptions { BadSlices = BadSlicePolicy.Fill });
        Assert.Contains("0.0.0: cannot be read", Assert.Throws<SourceException>(() => source.Read(new Region(0, 0, 0, 1, 1, 1), new byte[2])).Message, StringComparison.Ordinal);
        Assert.Contains("0.0.1: cannot be read", Assert.Throws<SourceException>(() => source.Read(new Region(0, 0, 4, 1, 1, 1), new byte[2])).Message, StringComparison.Ordinal);
        Assert.Empty(source.Problems);
    }

    [Fact]
    public void An_array_that_has_gone_is_not_fill()
    {
        string document = _directory.File(".zarray", V2);
        using ISource source = SourceOpener.Open(_directory.Path, new SourceOptions { BadSlices = BadSlicePolicy.Fill });
        Assert.False(source.Read(new Region(0, 0, 0, 1, 1, 1), new byte[2]));
        File.Delete(document);
        SourceException failure = Assert.Throws<SourceException>(() => source.Read(new Region(2, 0, 0, 1, 1, 1), new byte[2]));
        Assert.Contains("is gone", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>The parser of documents takes such bytes for text; whoever asked for the text would end the program.</summary>
    [Theory]
    [InlineData(".zarray", false)]
    [InlineData(".zarray", true)]
    [InlineData(".zattrs", false)]
    [InlineData(".zattrs", true)]
    [InlineData("meta.json", false)]
    [InlineData("meta.json", true)]
    public void Text_that_is_no_unicode_is_named(string name, bool isEscaped)
    {
        string document = name switch
        {
            ".zarray" => V2.Replace("<u2", "?", StringComparison.Ordinal),
            ".zattrs" => """{"multiscales": [{"name": "?", "datasets": [{"path": "0"}]}]}""",
            _ => """{"name": "?"}""",
        };
        if (name != ".zarray") _directory.File("0/.zarray", V2);
        if (name != ".zarray") _directory.File(".zgroup", """{"zarr_format": 2}""");
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(isEscaped ? document.Replace("?", "\\ud800", StringComparison.Ordinal) : document);
        if (!isEscaped) bytes[Array.IndexOf(bytes, (byte)'?')] = 0xE9; // é of Latin-1
        string path = _directory.File(name, bytes);
        SourceException failure = Assert.ThrowsAny<SourceException>(() => SourceOpener.Open(_directory.Path, new SourceOptions()));
        Assert.StartsWith(path, failure.Message, StringComparison.Ordinal);
        Assert.Contains(isEscaped ? "half of a surrogate pair" : "is not UTF-8", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Links_to_what_is_no_chunk_are_not_followed()
    {
        _directory.File(".zarray", V2.Replace("\".\"}", "\"/\"}", StringComparison.Ordinal));
        string chunk = _directory.File("0/0/0", new byte[ChunkBytes - 1]);
        for (int i = 0; i < 20; i++)
        {
            Directory.CreateSymbolicLink(Path.Combine(_directory.Path, $"loop{i}"), "."); // millions of folders for whoever follows them
            Directory.CreateSymbolicLink(Path.Combine(_directory.Path, "0", $"loop{i}"), "..");
        }

        using ISource source = SourceOpener.Open(_directory.Path, new SourceOptions());
        var reports = new Reports();
        source.CheckAll(reports, CancellationToken.None);
        Assert.Equal(chunk, Assert.Single(source.Problems).Path);
        Assert.Equal(2, reports.Count); // the one chunk, and the end
    }

    [Fact]
    public void The_names_of_an_arrays_dimensions_are_part_of_its_fingerprint()
    {
        _directory.File(".zarray", V2);
        _directory.File(".zattrs", """{"_ARRAY_DIMENSIONS": ["z", "y", "x"]}""");
        DateTime modified = Directory.GetLastWriteTimeUtc(_directory.Path);
        string first = Fingerprint();
        _directory.File(".zattrs", """{"_ARRAY_DIMENSIONS": ["x", "y", "z"]}""");
        Directory.SetLastWriteTimeUtc(_directory.Path, modified);
        Assert.NotEqual(first, Fingerprint());

        string Fingerprint()
        {
            using ISource source = SourceOpener.Open(_directory.Path, new SourceOptions());
            return source.Fingerprint;
        }
    }

    private static byte[] ReadAll(ISource source)
    {
        byte[] all = new byte[source.Shape.Count * source.DataType.Size()];
        source.Read(new Region(0, 0, 0, (int)source.Shape.Z, (int)source.Shape.Y, (int)source.Shape.X), all);
        return all;
    }

    private void Refused(string name, string document, string what, string by, string message)
    {
        string changed = document.Replace(what, by, StringComparison.Ordinal);
        Assert.NotEqual(document, changed);
        string path = _directory.File(name, changed);
        long before = GC.GetAllocatedBytesForCurrentThread();
        SourceException failure = Assert.ThrowsAny<SourceException>(() => SourceOpener.Open(_directory.Path, new SourceOptions()));
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.StartsWith(path, failure.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    private sealed class Reports : IProgress<double>
    {
        public int Count { get; private set; }

        public void Report(double value) => Count++;
    }
}
