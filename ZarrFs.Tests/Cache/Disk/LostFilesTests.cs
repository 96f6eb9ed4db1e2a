using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Chunks;
using ZarrFs.Tests.Corpus;
using ZarrFs.Tests.Metadata;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Cache.Disk;

/// <summary>Previews beside a disk whose files go and come without anybody saying so.</summary>
public sealed class LostFilesTests : IDisposable
{
    private const int Budget = 2 * 8 * 8 * 8 * 8; // bytes of level 0: what an exact chunk of level 1 costs

    private static readonly VolumeShape Shape = new(64, 64, 64);
    private static readonly ChunkShape Chunk = new(8, 8, 8);
    private static readonly ChunkAddress Coarsest = new(0, 3, 0, 0, 0, 0, 0);

    private readonly TemporaryDirectory _directory = new();
    private readonly ArraySource _source = ArraySource.Random(Shape, DataType.UInt16);

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(3, false)] // the chunk that is read is said to be there,
    [InlineData(2, false)] // or all that it is made of,
    [InlineData(1, false)] // or all that that is made of
    [InlineData(3, true)]
    public async Task What_was_to_be_read_from_files_that_are_gone_is_a_preview(int keptUpTo, bool onlyPreviews)
    {
        using DiskCache disk = await Fill(keptUpTo);
        foreach (string level in Directory.GetDirectories(VolumeDirectory, "?")) Directory.Delete(level, recursive: true);
        long before = _source.VoxelsRead;
        var options = onlyPreviews ? new PreviewOptions(PreviewMode.Only) : new PreviewOptions(PreviewMode.Auto, Budget, Sharpens: false);
        using var test = new TestStore(_source, Chunk, previews: options, disk: _ => disk);
        if (!onlyPreviews) Assert.Equal(ChunkStatus.Final, test.Store.StatusOf(Coarsest));
        await test.ReadAndComparePreview(Coarsest);
        // The rows of the preview, and what may be read before it is known that all is gone: not the 64³ voxels of the volume.
        Assert.InRange(test.Source.VoxelsRead - before, 1, (8 * 8 * 64) + (4 * Budget / 2));
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task What_is_lost_is_sharpened_as_if_it_had_never_been_there()
    {
        using DiskCache disk = await Fill(3);
        foreach (string level in Directory.GetDirectories(VolumeDirectory, "?")) Directory.Delete(level, recursive: true);
        using var test = new TestStore(_source, Chunk, previews: new PreviewOptions(PreviewMode.Auto, Budget), disk: _ => disk);
        await test.ReadAndComparePreview(Coarsest);
        await TestStore.Until(() => test.Store.Previews.Provisional == 0, "it is exact");
        await test.ReadAndCompare(Coarsest);
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task Exact_chunks_that_another_process_keeps_replace_previews()
    {
        using DiskCache disk = Open(), other = Open();
        using var test = new TestStore(_source, Chunk, previews: new PreviewOptions(PreviewMode.Auto, 0, Sharpens: false), disk: _ => disk);
        var changed = new ConcurrentQueue<ChunkAddress>();
        test.Store.OnChanged(changed.Enqueue);
        ChunkAddress finer = Coarsest with { Level = 2 };
        await test.ReadAndComparePreview(Coarsest);
        await test.ReadAndComparePreview(finer);
        long before = _source.VoxelsRead;
        Assert.True(other.TryPut(Coarsest, test.Expected(Coarsest)));
        await TestStore.Until(() => !changed.IsEmpty, "who was given the preview is told");
        Assert.Equal([Coarsest], changed);
        Assert.Equal(new PreviewCounts(1, 0), test.Store.Previews);
        Assert.Equal(ChunkStatus.Final, test.Store.StatusOf(Coarsest));
        Assert.Equal(ChunkStatus.Provisional, test.Store.StatusOf(finer));
        await test.ReadAndCompare(Coarsest);
        Assert.Equal(before, _source.VoxelsRead);
        await test.EndWithoutLeaks();
    }

    private string VolumeDirectory => Directory.GetDirectories(Path.Combine(_directory.Path, "cache"), "test-*").Single();

    /// <summary>A cache with all chunks of level 1 to some level.</summary>
    private async Task<DiskCache> Fill(int last)
    {
        DiskCache disk = Open();
        using (var test = new TestStore(_source, Chunk))
        {
            foreach (ChunkAddress address in test.Chunks().Where(address => address.Level > 0 && address.Level <= last))
            {
                using Lease lease = await test.Store.GetAsync(address, CancellationToken.None);
                Assert.True(disk.TryPut(address, lease.Span));
            }
        }

        return disk;
    }

    private DiskCache Open()
    {
        var multiscale = new Multiscale("test", new Volume(_source, VolumeRanges.All, null, null), Chunk, null, DownsampleMethod.Mean);
        return DiskCache.Open(
            new DiskCacheOptions(Path.Combine(_directory.Path, "cache"), 1 << 30, Level0Caching.Never), [multiscale], [Documents.Channels(multiscale)],
            NullLogger.Instance);
    }
}
