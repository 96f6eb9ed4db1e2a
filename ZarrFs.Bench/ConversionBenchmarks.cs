using BenchmarkDotNet.Attributes;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Bench;

/// <summary>uint16 to uint8, and the search for a voxel that is not fill.</summary>
public class ConversionBenchmarks : IThroughput
{
    private readonly byte[] _source = new byte[1 << 18];
    private readonly byte[] _zeros = new byte[1 << 18];
    private readonly byte[] _destination = new byte[1 << 18];

    public long Bytes => _source.Length;

    [GlobalSetup]
    public void Setup() => new Random(4).NextBytes(_source);

    [Benchmark(Baseline = true)]
    public void Copy() => _source.CopyTo(_destination, 0);

    [Benchmark]
    public void UInt16ToUInt8() => Conversion.UInt16ToUInt8(_source, _destination.AsSpan(0, _source.Length / 2));

    [Benchmark]
    public bool IsAllZero() => Zeros.IsAllZero(_zeros);
}
