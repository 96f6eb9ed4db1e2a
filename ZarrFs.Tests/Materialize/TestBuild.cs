using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Scratch;
using ZarrFs.Core.Tiff;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Oracles;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Materialize;

/// <summary>A build of one array into a <see cref="RecordingSink"/>, and what its chunks must be.</summary>
internal sealed class TestBuild : IDisposable
{
    private readonly Lazy<PlainPyramid> _oracle;

    public TestBuild(
        ArraySource source, ChunkShape chunk, int? levels = null, DownsampleMethod method = DownsampleMethod.Mean, bool onlyLeading = false,
        long budget = 64 << 20, int workers = 2,
        ScratchOptions? scratch = null)
    {
        Source = source;
        Pool = new BufferPool(budget);
        if (source.Unit.IsDecoded) source.Segments = new SegmentCache(Pool, patience: BuildContext.Patience); // a thread that is held up keeps its memory
        Multiscale = new Multiscale("test", new Volume(source, VolumeRanges.All, null, null), chunk, levels, method);
        Plan = BuildPlan.For(new BuildScope(Multiscale, onlyLeading), budget, workers, scratch);
        _oracle = new Lazy<PlainPyramid>(() => new PlainPyramid(source.Shape, source.DataType, source.Voxels, method, Multiscale.Levels.Count));
    }

    public ArraySource Source { get; }

    public BufferPool Pool { get; }

    public Multiscale Multiscale { get; }

    public BuildPlan Plan { get; }

    public BuildCounters Counters { get; private set; } = new();

    public void Run(IChunkSink sink, CancellationToken stop = default)
    {
        Counters = new BuildCounters();
        try
        {
            PyramidBuilder.Run(Plan, Pool, sink, Counters, stop);
        }
        finally
        {
            Pool.LetGo(long.MaxValue); // decoded units that the source keeps
            Assert.Equal(0, Pool.BuffersInUse);
        }
    }

    /// <summary>Every chunk that must be there is, as it must be, and no other.</summary>
    public void Compare(RecordingSink sink)
    {
        var left = new HashSet<ChunkAddress>(sink.Chunks.Keys);
        foreach (Level level in Multiscale.Levels)
        {
            if (!sink.Takes(level.Index)) continue;
            foreach (ChunkAddress address in Addresses(level))
            {
                byte[] expected = Expected(address);
                bool empty = !expected.AsSpan().ContainsAnyExcept((byte)0);
                Assert.Equal(empty ? ChunkState.Empty : ChunkState.Written, sink.StateOf(address));
                if (!empty) Assert.True(sink.Chunks[address].AsSpan().SequenceEqual(expected), $"{address} is not what it should be");
                left.Remove(address);
            }
        }

        Assert.Empty(left);
        Assert.Equal(Counters.TotalVoxelBytes, Counters.VoxelBytes);
    }

    /// <summary>What a chunk must be.</summary>
    public byte[] Expected(in ChunkAddress address) => _oracle.Value.Chunk(address, Multiscale.Chunk);

    public IEnumerable<ChunkAddress> Addresses(Level level)
    {
        VolumeShape counts = level.Grid.Counts;
        foreach ((long t, long first, int channels) in Plan.Scope.Parts())
        {
            for (long c = first; c < first + channels; c++)
            {
                for (long z = 0; z < counts.Z; z++)
                {
                    for (long y = 0; y < counts.Y; y++)
                    {
                        for (long x = 0; x < counts.X; x++) yield return new ChunkAddress(0, level.Index, t, c, z, y, x);
                    }
                }
            }
        }
    }

    public void Dispose()
    {
        Source.Segments?.Dispose();
        Pool.Dispose();
    }
}
