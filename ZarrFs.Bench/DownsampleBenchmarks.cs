using BenchmarkDotNet.Attributes;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Bench;

/// <summary>A chunk halved into an eighth of another: 64³ of uint16 fit in a core's second-level cache, 128³ do not.</summary>
public class DownsampleBenchmarks : IThroughput
{
    private byte[] _source = [];
    private byte[] _destination = [];
    private Downsampler[] _kernels = [];

    [Params(64, 128)]
    public int Edge { get; set; }

    [Params(DataType.UInt8, DataType.UInt16, DataType.Float32)]
    public DataType Type { get; set; }

    public long Bytes => (long)Edge * Edge * Edge * Type.Size();

    [GlobalSetup]
    public void Setup()
    {
        _source = new byte[Bytes];
        new Random(1).NextBytes(_source);
        _destination = new byte[Bytes];
        _kernels = [.. Enum.GetValues<DownsampleMethod>().Where(method => method != DownsampleMethod.Gaussian).Select(method => Downsampler.Create(method, Type))];
    }

    [Benchmark(Baseline = true)]
    public void Copy() => _source.CopyTo(_destination, 0);

    [Benchmark]
    public void Mean() => Halve(DownsampleMethod.Mean);

    [Benchmark]
    public void Max() => Halve(DownsampleMethod.Max);

    [Benchmark]
    public void Nearest() => Halve(DownsampleMethod.Nearest);

    [Benchmark]
    public void Mode() => Halve(DownsampleMethod.Mode);

    private void Halve(DownsampleMethod method)
    {
        int row = Edge * Type.Size();
        _kernels[(int)method].Halve(_source, Edge * row, row, Edge, Edge, Edge, _destination, Edge * row, row);
    }
}
