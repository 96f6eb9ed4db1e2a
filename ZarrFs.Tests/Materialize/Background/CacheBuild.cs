using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Materialize.Background;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Scratch;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Materialize.Background;

/// <summary>Builds of one array into a <see cref="FakeDisk"/>, where it is volume 3, and what must be there then.</summary>
internal sealed class CacheBuild : IDisposable
{
    public const int Number = 3;

    public CacheBuild(
        ArraySource source, ChunkShape chunk, DownsampleMethod method = DownsampleMethod.Mean, int firstKept = 0, LevelSet? levels = null, int workers = 2,
        long budget = 64 << 20, ScratchOptions? scratch = null)
    {
        Build = new TestBuild(source, chunk, method: method, workers: workers, budget: budget, scratch: scratch);
        Disk = new FakeDisk { FirstKept = firstKept, Bad = new BadPlanes(Build.Multiscale) };
        Levels = CacheSpace.Kept(Build.Multiscale, Number, levels ?? LevelSet.All, Disk);
    }

    public TestBuild Build { get; }

    public FakeDisk Disk { get; }

    public LevelSet Levels { get; }

    /// <summary>Every chunk that must be there.</summary>
    public IEnumerable<ChunkAddress> All =>
        Build.Multiscale.Levels.Where(level => Levels.Contains(level.Index)).SelectMany(Build.Addresses).Select(address => address with { Volume = Number });

    public CachePass Run(Action<ChunkAddress>? made = null, IPace? pace = null, CancellationToken stop = default)
    {
        var pass = new CachePass(Build.Multiscale, Number, Levels, Disk);
        try
        {
            pass.Run(Build.Plan, Build.Pool, made, pace, stop);
        }
        finally
        {
            Build.Pool.LetGo(long.MaxValue);
            Assert.Equal(0, Build.Pool.BuffersInUse);
        }

        return pass;
    }

    /// <summary>Every chunk of the levels is there as it must be, and no other.</summary>
    public void Compare()
    {
        var left = new HashSet<ChunkAddress>(Disk.Chunks.Keys);
        foreach (ChunkAddress address in All)
        {
            Assert.True(left.Remove(address), $"{address} is missing");
            CompareOne(address);
        }

        Assert.Empty(left);
    }

    /// <summary>What is there is as it must be.</summary>
    public void ComparePart()
    {
        foreach (ChunkAddress address in Disk.Chunks.Keys) CompareOne(address);
    }

    public void Dispose() => Build.Dispose();

    private void CompareOne(ChunkAddress address)
    {
        byte[] expected = Build.Expected(address with { Volume = 0 });
        if (!expected.AsSpan().ContainsAnyExcept((byte)0)) expected = [];
        Assert.True(Disk.Chunks[address].AsSpan().SequenceEqual(expected), $"{address} is not what it should be");
    }
}
