using BenchmarkDotNet.Attributes;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Bench;

/// <summary>One thread encoding and decoding a 64³ chunk of uint16: a ramp under six bits of noise, about as compressible as a scan.</summary>
public class CodecBenchmarks : IThroughput
{
    private readonly byte[] _raw = new byte[2 * 64 * 64 * 64];
    private Codec _codec = null!;
    private byte[] _encoded = [];
    private int _length;

    [Params("blosc", "blosc:zstd:1", "blosc:zstd:5:bitshuffle", "zstd:1", "gzip:1", "zlib:6")]
    public string Compression { get; set; } = "";

    public long Bytes => _raw.Length;

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(5);
        for (int i = 0; i < _raw.Length / 2; i++) BitConverter.TryWriteBytes(_raw.AsSpan(2 * i), (ushort)(20_000 + (i % 4096) + random.Next(64)));
        _codec = Core.Codecs.Compression.Parse(Compression).Create(DataType.UInt16)!;
        _encoded = new byte[_codec.MostEncodedBytes(_raw.Length)];
        _length = _codec.Encode(_raw, _encoded);
    }

    [Benchmark]
    public int Encode() => _length = _codec.Encode(_raw, _encoded);

    [Benchmark]
    public void Decode() => _codec.Decode(_encoded.AsSpan(0, _length), _raw);
}
