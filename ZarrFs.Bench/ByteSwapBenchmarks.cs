using System.Buffers.Binary;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;

namespace ZarrFs.Bench;

/// <summary>Big-endian voxels turned round.</summary>
public class ByteSwapBenchmarks : IThroughput
{
    private readonly byte[] _source = new byte[1 << 18];
    private readonly byte[] _destination = new byte[1 << 18];

    public long Bytes => _source.Length;

    [GlobalSetup]
    public void Setup() => new Random(3).NextBytes(_source);

    [Benchmark(Baseline = true)]
    public void Copy() => _source.CopyTo(_destination, 0);

    [Benchmark]
    public void UInt16() => BinaryPrimitives.ReverseEndianness(
        MemoryMarshal.Cast<byte, ushort>(_source), MemoryMarshal.Cast<byte, ushort>(_destination.AsSpan()));

    [Benchmark]
    public void UInt32() => BinaryPrimitives.ReverseEndianness(
        MemoryMarshal.Cast<byte, uint>(_source), MemoryMarshal.Cast<byte, uint>(_destination.AsSpan()));
}
