using BenchmarkDotNet.Attributes;

namespace ZarrFs.Bench;

/// <summary>
/// The 128 rows that a slice of 2000 uint16 voxels a row has in common with one row of chunks, handed out in pieces of 256 bytes to
/// 16 chunks of 128³, the next plane with each invocation.
/// </summary>
public class GatherBenchmarks : IThroughput
{
    private const int Edge = 128;
    private const int Piece = Edge * sizeof(ushort);
    private const int Row = 2000 * sizeof(ushort);

    private readonly byte[] _band = new byte[Edge * Row];
    private byte[][] _chunks = [];
    private byte[] _flat = [];
    private int _plane;

    public long Bytes => _band.Length;

    [GlobalSetup]
    public void Setup()
    {
        new Random(2).NextBytes(_band);
        _chunks = [.. Enumerable.Range(0, (Row + Piece - 1) / Piece).Select(_ => new byte[Edge * Edge * Piece])];
        _flat = new byte[Edge * _band.Length];
    }

    [Benchmark(Baseline = true)]
    public void Copy() => _band.CopyTo(_flat, NextPlane() * _band.Length);

    [Benchmark]
    public void Gather()
    {
        int plane = NextPlane() * Edge * Piece;
        for (int y = 0; y < Edge; y++)
        {
            ReadOnlySpan<byte> row = _band.AsSpan(y * Row, Row);
            for (int x = 0; x < _chunks.Length; x++)
            {
                ReadOnlySpan<byte> piece = row.Slice(x * Piece, Math.Min(Piece, Row - (x * Piece)));
                piece.CopyTo(_chunks[x].AsSpan(plane + (y * Piece)));
            }
        }
    }

    private int NextPlane() => _plane = (_plane + 1) % Edge;
}
