using ZarrFs.Core.Codecs;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Codecs;

public sealed class CompressionTests
{
    [Theory]
    [InlineData("blosc", """{"id":"blosc","cname":"lz4","clevel":5,"shuffle":1,"blocksize":0}""")]
    [InlineData("BLOSC:9", """{"id":"blosc","cname":"lz4","clevel":9,"shuffle":1,"blocksize":0}""")]
    [InlineData("blosc:zstd:3:bitshuffle", """{"id":"blosc","cname":"zstd","clevel":3,"shuffle":2,"blocksize":0}""")]
    [InlineData("blosc:noshuffle:zlib", """{"id":"blosc","cname":"zlib","clevel":5,"shuffle":0,"blocksize":0}""")]
    [InlineData("zstd", """{"id":"zstd","level":1}""")]
    [InlineData("zstd:-7", """{"id":"zstd","level":-7}""")]
    [InlineData(" gzip:6 ", """{"id":"gzip","level":6}""")]
    [InlineData("zlib", """{"id":"zlib","level":1}""")]
    public void Texts_are_what_numcodecs_makes_of_them(string text, string expected)
    {
        Compression compression = Compression.Parse(text);
        Assert.Equal(expected, CodecSamples.V2(compression.Create(DataType.UInt16)!));
        Assert.Equal(compression, Compression.Parse(compression.ToString()));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("")]
    [InlineData(null)]
    public void None_is_no_codec(string? text)
    {
        Assert.Null(Compression.Parse(text).Create(DataType.UInt8));
        Assert.Equal("none", Compression.Parse(text).ToString());
    }

    [Theory]
    [InlineData("lzma", "'lzma' is not a codec")]
    [InlineData("lz4", "'lz4' is not a codec")]
    [InlineData("gzip:10", "gzip has no level 10")]
    [InlineData("gzip:-1", "gzip has no level -1")]
    [InlineData("zstd:23", "zstd has no level 23")]
    [InlineData("blosc:10", "blosc has no level 10")]
    [InlineData("zstd:shuffle", "'shuffle' means nothing to zstd")]
    [InlineData("zstd:", "'' means nothing to zstd")]
    [InlineData("none:5", "'5' means nothing to none")]
    [InlineData("blosc:brotli", "'brotli' means nothing to blosc")]
    [InlineData("blosc:lz4:zstd", "says the compressor twice")]
    [InlineData("blosc:1:2", "says the level twice")]
    [InlineData("blosc:shuffle:bitshuffle", "says the shuffle twice")]
    public void What_is_impossible_is_said(string text, string expected)
    {
        OptionException e = Assert.Throws<OptionException>(() => Compression.Parse(text));
        Assert.StartsWith("--compression: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none", true)]
    [InlineData("blosc", true)]
    [InlineData("zstd", true)]
    [InlineData("gzip", true)]
    [InlineData("zlib", false)]
    public void Zarr_v3_has_all_but_zlib(string text, bool isInV3)
    {
        Compression compression = Compression.Parse(text);
        Assert.Equal(isInV3, compression.IsInV3);
        if (compression.Create(DataType.UInt8) is not { } codec) return;
        Assert.Equal(isInV3, codec.IsInV3);
        if (!isInV3) Assert.Throws<NotSupportedException>(() => CodecSamples.V3(codec));
    }

    [Fact]
    public void The_type_is_what_blosc_shuffles() =>
        Assert.All(Enum.GetValues<DataType>(), type => Assert.Equal(type.Size(), Assert.IsType<BloscCodec>(Compression.Parse("blosc").Create(type)).TypeSize));
}
