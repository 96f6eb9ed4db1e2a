using System.Text.Json;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Codecs;

public sealed class CodecReaderTests
{
    private const string Document = "/data/store.zarr/0/.zarray";

    public static TheoryData<DataType> Types { get; } = [DataType.UInt8, DataType.UInt16, DataType.Float64];

    [Theory]
    [MemberData(nameof(Types))]
    public void What_is_written_is_read(DataType type)
    {
        foreach (Codec codec in CodecSamples.All(type))
        {
            Codec v2 = CodecReader.FromV2(Json(CodecSamples.V2(codec)), type, Document)!;
            Assert.Equal(CodecSamples.V2(codec), CodecSamples.V2(v2));
            if (!codec.IsInV3) continue;
            Assert.Equal(CodecSamples.V3(codec), CodecSamples.V3(CodecReader.FromV3(Json(CodecSamples.V3(codec)), type, Document)));
            Assert.Equal(CodecSamples.V3(codec), CodecSamples.V3(v2));
        }
    }

    [Theory]
    [InlineData("""{"id":"blosc","cname":"lz4","clevel":5,"shuffle":-1,"blocksize":0}""", DataType.UInt16, """{"id":"blosc","cname":"lz4","clevel":5,"shuffle":1,"blocksize":0}""")]
    [InlineData("""{"id":"blosc","cname":"lz4","clevel":5,"shuffle":-1,"blocksize":0}""", DataType.UInt8, """{"id":"blosc","cname":"lz4","clevel":5,"shuffle":2,"blocksize":0}""")]
    [InlineData("""{"id":"blosc","cname":"zstd","clevel":1,"shuffle":1,"blocksize":0,"typesize":null}""", DataType.UInt8, """{"id":"blosc","cname":"zstd","clevel":1,"shuffle":1,"blocksize":0}""")]
    [InlineData("""{"id":"blosc"}""", DataType.UInt8, """{"id":"blosc","cname":"lz4","clevel":5,"shuffle":1,"blocksize":0}""")]
    [InlineData("""{"id":"zstd","level":3,"checksum":true}""", DataType.UInt8, """{"id":"zstd","level":3}""")]
    [InlineData("""{"id":"gzip"}""", DataType.UInt8, """{"id":"gzip","level":1}""")]
    [InlineData("""{"id":"zlib","level":-1}""", DataType.UInt8, """{"id":"zlib","level":-1}""")]
    public void Others_say_more_or_less_in_v2(string written, DataType type, string expected) =>
        Assert.Equal(expected, CodecSamples.V2(CodecReader.FromV2(Json(written), type, Document)!));

    [Theory]
    [InlineData("""{"name":"zstd","configuration":{"level":0,"checksum":false}}""", """{"id":"zstd","level":0}""")]
    [InlineData("""{"name":"zstd"}""", """{"id":"zstd","level":1}""")]
    [InlineData("\"gzip\"", """{"id":"gzip","level":1}""")]
    [InlineData("""{"name":"blosc","configuration":{"cname":"lz4","clevel":5,"shuffle":"noshuffle","blocksize":0}}""", """{"id":"blosc","cname":"lz4","clevel":5,"shuffle":0,"blocksize":0}""")]
    [InlineData("""{"name":"numcodecs.zlib","configuration":{"level":4}}""", """{"id":"zlib","level":4}""")]
    [InlineData("""{"name":"numcodecs.blosc","configuration":{"cname":"zlib","clevel":2,"shuffle":2,"blocksize":0}}""", """{"id":"blosc","cname":"zlib","clevel":2,"shuffle":2,"blocksize":0}""")]
    public void Others_say_more_or_less_in_v3(string written, string expected) =>
        Assert.Equal(expected, CodecSamples.V2(CodecReader.FromV3(Json(written), DataType.UInt16, Document)));

    [Fact]
    public void Null_is_no_codec() => Assert.Null(CodecReader.FromV2(Json("null"), DataType.UInt8, Document));

    [Theory]
    [InlineData("""{"id":"lzma"}""", "the codec 'lzma' is not supported")]
    [InlineData("""{"id":"blosc","cname":"brotli"}""", "blosc's cname \"brotli\" is not supported")]
    public void What_is_not_supported_is_named(string written, string expected)
    {
        UnsupportedException e = Assert.Throws<UnsupportedException>(() => CodecReader.FromV2(Json(written), DataType.UInt8, Document));
        Assert.StartsWith($"{Document}: {expected}", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5", "the compressor is 5")]
    [InlineData("""{"level":5}""", "the compressor is {\"level\":5}")]
    [InlineData("""{"id":7}""", "the compressor is {\"id\":7}")]
    [InlineData("""{"id":"gzip","level":"x"}""", "gzip's level is \"x\"")]
    [InlineData("""{"id":"gzip","level":1.5}""", "gzip's level is 1.5")]
    [InlineData("""{"id":"zstd","level":99}""", "zstd's level is 99")]
    [InlineData("""{"id":"blosc","clevel":12}""", "blosc's clevel is 12")]
    [InlineData("""{"id":"blosc","shuffle":3}""", "blosc's shuffle is 3")]
    [InlineData("""{"id":"blosc","shuffle":"auto"}""", "blosc's shuffle is \"auto\"")]
    [InlineData("""{"id":"blosc","blocksize":-1}""", "blosc's blocksize is -1")]
    [InlineData("""{"id":"blosc","typesize":0}""", "blosc's typesize is 0")]
    public void What_makes_no_sense_is_said(string written, string expected)
    {
        SourceException e = Assert.Throws<SourceException>(() => CodecReader.FromV2(Json(written), DataType.UInt8, Document));
        Assert.StartsWith($"{Document}: {expected}", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name":"sharding_indexed","configuration":{}}""")]
    [InlineData("\"crc32c\"")]
    public void A_codec_of_v3_that_is_not_supported_is_named(string written)
    {
        UnsupportedException e = Assert.Throws<UnsupportedException>(() => CodecReader.FromV3(Json(written), DataType.UInt8, Document));
        Assert.Contains(written.Contains("crc32c", StringComparison.Ordinal) ? "'crc32c'" : "'sharding_indexed'", e.Message, StringComparison.Ordinal);
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement.Clone();
}
