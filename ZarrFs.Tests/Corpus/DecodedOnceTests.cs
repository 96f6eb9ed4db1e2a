using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Corpus;

/// <summary>What <c>Chunks/SlabTests</c> proves of a source in memory, of files and libtiff.</summary>
public sealed class DecodedOnceTests
{
    [TestDataFact]
    public async Task Each_strip_and_tile_of_real_files_is_decoded_once()
    {
        (string File, int Touched, int All)[] files =
        [
            ("real/derived/lzw.tif", 16, 31),
            ("real/derived/zstd.tif", 16, 31),
            ("real/derived/deflate.tif", 16, 31),
            ("real/derived/zstd-pred2-tiled.tif", 16, 31 * 4),
            ("real/derived/packbits-tiled-be.tif", 16, 31 * 16),
            ("real/stacks/mri-stack-8bit-lzw.ome.tif", 16, 27),
        ];
        foreach ((string file, int touched, int all) in files)
        {
            using var pool = new BufferPool(32 << 20);
            using ISource source = SourceOpener.Open(TestData.Path(file), new SourceOptions { Pool = pool });
            var volume = new Multiscale("once", new Volume(source, VolumeRanges.All, null, null), new ChunkShape(16, 16, 16), 1, DownsampleMethod.Mean);
            using var store = new ChunkStore([volume], pool, 2);
            await Read(store, default);
            Assert.Equal((file, touched), (file, ((TiffSource)source).Decoded));

            VolumeShape counts = volume.Levels[0].Grid.Counts;
            for (long i = 0; i < counts.Count; i++)
                await Read(store, new ChunkAddress(0, 0, 0, 0, i / (counts.Y * counts.X), i / counts.X % counts.Y, i % counts.X));
            Assert.Equal((file, all), (file, ((TiffSource)source).Decoded));
        }
    }

    [TestDataFact]
    public async Task One_slice_decoded_serves_all_previews_of_a_level()
    {
        using var pool = new BufferPool(32 << 20);
        using ISource source = SourceOpener.Open(TestData.Path("real/derived/lzw.tif"), new SourceOptions { Pool = pool });
        var volume = new Multiscale("once", new Volume(source, VolumeRanges.All, null, null), new ChunkShape(16, 16, 16), null, DownsampleMethod.Mean);
        using var store = new ChunkStore([volume], pool, 2, previews: new PreviewOptions(PreviewMode.Only));
        long decoded = 0;
        for (int level = volume.Levels.Count - 1; level > 0; level--)
        {
            VolumeShape counts = volume.Levels[level].Grid.Counts;
            await Task.WhenAll(Enumerable.Range(0, (int)(counts.Z * counts.Y * counts.X)).Select(i => Read(
                store, new ChunkAddress(0, level, 0, 0, i / (counts.Y * counts.X), i / counts.X % counts.Y, i % counts.X))));
            decoded += volume.Levels[level].Shape.Z;
            Assert.InRange(((TiffSource)source).Decoded, 1, decoded); // a slice may still be there from the level before
        }
    }

    private static async Task Read(ChunkStore store, ChunkAddress address)
    {
        using Lease lease = await store.GetAsync(address, CancellationToken.None);
        Assert.True(lease.Length >= 16 * 16 * 16);
    }
}
