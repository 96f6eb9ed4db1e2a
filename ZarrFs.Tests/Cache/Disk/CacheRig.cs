using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Metadata;
using ZarrFs.Tests.Oracles;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Cache.Disk;

/// <summary>A volume of 64 chunks of level 0 with levels of 8 and 1, what its chunks must be, and caches for it. Every eighth plane or so is empty.</summary>
internal sealed class CacheRig : IDisposable
{
    public const int ChunkBytes = 2 * 16 * 16 * 16;

    private static readonly VolumeShape Shape = new(64, 60, 50);

    private readonly Corpus.TemporaryDirectory? _own;
    private readonly PlainPyramid _oracle;

    public CacheRig(string? directory = null, int seed = 1, string name = "test", bool zeros = true)
    {
        _own = directory is null ? new Corpus.TemporaryDirectory() : null;
        Directory = directory ?? Path.Combine(_own!.Path, "cache");
        Source = ArraySource.Random(Shape, DataType.UInt16, seed);
        if (zeros) Source.Voxels.AsSpan(0, 2 * 16 * 60 * 50).Clear(); // the first layer of chunks
        Multiscale = new Multiscale(name, new Volume(Source, VolumeRanges.All, null, null), new ChunkShape(16, 16, 16), null, DownsampleMethod.Mean);
        _oracle = new PlainPyramid(Source.Shape, Source.DataType, Source.Voxels, DownsampleMethod.Mean, Multiscale.Levels.Count);
        Chunks = [.. Multiscale.Levels.SelectMany(level => Addresses(level))];
        Full = [.. Chunks.Where(address => Expected(address).AsSpan().ContainsAnyExcept((byte)0))];
    }

    public string Directory { get; }

    public ArraySource Source { get; }

    public Multiscale Multiscale { get; }

    /// <summary>All chunks of all levels.</summary>
    public IReadOnlyList<ChunkAddress> Chunks { get; }

    /// <summary>Those that are not all fill.</summary>
    public IReadOnlyList<ChunkAddress> Full { get; }

    public string VolumeDirectory => Path.Combine(Directory, DiskCache.NameOf(Multiscale));

    public string IndexFile => Path.Combine(VolumeDirectory, ".zarrfs", "index");

    public PlainPyramid Oracle => _oracle;

    public static DiskCache Open(string directory, long most, ILogger? logger, params IReadOnlyList<Multiscale> volumes) => DiskCache.Open(
        new DiskCacheOptions(directory, most, Level0Caching.Always), volumes, [.. volumes.Select(Documents.Channels)], logger ?? NullLogger.Instance);

    public DiskCache Open(long most = 1 << 30, ILogger? logger = null) => Open(Directory, most, logger, Multiscale);

    public byte[] Expected(in ChunkAddress address) => _oracle.Chunk(address with { Volume = 0 }, Multiscale.Chunk);

    public string FileOf(in ChunkAddress address) =>
        Path.Combine(VolumeDirectory, $"{address.Level}/c/{address.Z}/{address.Y}/{address.X}");

    public bool Put(DiskCache cache, in ChunkAddress address) => cache.TryPut(address, Expected(address));

    public void PutAll(DiskCache cache)
    {
        foreach (ChunkAddress address in Chunks) Assert.True(Put(cache, address), $"{address} is not kept");
    }

    /// <summary>Reads a chunk, by one of the two ways: it is right, or it is not there.</summary>
    public bool Has(DiskCache cache, in ChunkAddress address)
    {
        byte[] expected = Expected(address), found = new byte[ChunkBytes];
        using (CachedFile? file = cache.TryOpen(address))
        {
            if (file is not null)
            {
                Assert.Equal(ChunkBytes, file.Length);
                Assert.Equal(ChunkBytes, RandomAccess.Read(file.Handle, found, 0));
                Assert.True(found.AsSpan().SequenceEqual(expected), $"{address} is wrong when opened");
            }
        }

        new Random(5).NextBytes(found);
        CachedState state = cache.TryRead(address, found);
        if (state == CachedState.Missing) return false;
        Assert.True(found.AsSpan().SequenceEqual(expected), $"{address} is wrong when read");
        Assert.Equal(Full.Contains(address with { Volume = 0 }) ? CachedState.Present : CachedState.Empty, state);
        return true;
    }

    /// <summary>How many chunks are there; all of those are right.</summary>
    public int CountRight(DiskCache cache) => Chunks.Count(address => Has(cache, address));

    /// <summary>Every file that a store could have is known to the cache, and nothing unfinished is left but what it holds itself.</summary>
    public void AssertNothingLeftOver(DiskCache cache)
    {
        foreach (string path in System.IO.Directory.EnumerateFiles(VolumeDirectory, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(VolumeDirectory, path);
            if (name.StartsWith(".zarrfs", StringComparison.Ordinal))
            {
                Assert.Contains(Path.GetFileName(path), (string[])["index", "volume.json"]);
                continue;
            }

            if (Path.GetFileName(path) == "zarr.json") continue;
            int[] key = [.. name.Replace("/c/", "/", StringComparison.Ordinal).Split('/').Select(part => int.Parse(part, null))];
            Assert.True(cache.StateOf(new ChunkAddress(0, key[0], 0, 0, key[1], key[2], key[3])) == CachedState.Present, $"{name} is nobody's");
        }

        string[] temporary = System.IO.Directory.GetDirectories(Path.Combine(Directory, ".zarrfs"), "tmp-*");
        Assert.Empty(System.IO.Directory.GetFiles(Assert.Single(temporary)));
    }

    public void Dispose() => _own?.Dispose();

    private static IEnumerable<ChunkAddress> Addresses(Level level)
    {
        VolumeShape counts = level.Grid.Counts;
        for (long z = 0; z < counts.Z; z++)
        {
            for (long y = 0; y < counts.Y; y++)
            {
                for (long x = 0; x < counts.X; x++) yield return new ChunkAddress(0, level.Index, 0, 0, z, y, x);
            }
        }
    }
}
