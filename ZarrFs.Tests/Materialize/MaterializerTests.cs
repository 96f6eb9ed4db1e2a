using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Clients;
using ZarrFs.Tests.Clients.Harness;
using ZarrFs.Tests.Corpus;
using ZarrFs.Tests.Oracles;

namespace ZarrFs.Tests.Materialize;

/// <summary>Whole runs on files: what a source that changes or is bad does to a store.</summary>
public sealed class MaterializerTests : IDisposable
{
    private const int Depth = 20, Height = 24, Width = 30;

    private readonly TemporaryDirectory _directory = new();
    private readonly BufferPool _pool = new(64 << 20);
    private readonly string _slices;
    private readonly string _store;

    public MaterializerTests()
    {
        _slices = ScanVolume.Write(Path.Combine(_directory.Path, "slices"), Depth, Height, Width);
        _store = Path.Combine(_directory.Path, "out.zarr");
    }

    public void Dispose()
    {
        _pool.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void A_slice_that_changes_during_the_run_keeps_the_store_from_being_finished()
    {
        string slice = Path.Combine(_slices, "0007.tif");
        DateTime time = File.GetLastWriteTimeUtc(slice);
        using ISource source = SourceOpener.Open(_slices, new SourceOptions { Pool = _pool });
        using Materializer run = Materialize(source);
        run.Open();
        run.Build(CancellationToken.None);
        File.SetLastWriteTimeUtc(slice, time.AddSeconds(1));
        Assert.Contains("changed", Assert.Throws<SourceException>(run.Finish).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_store, ".zgroup")));
        File.SetLastWriteTimeUtc(slice, time);
        run.Finish();
        Assert.True(File.Exists(Path.Combine(_store, ".zgroup")));
    }

    [Fact]
    public void A_chunk_that_a_zarr_source_loses_keeps_the_store_from_being_finished()
    {
        string zarr = Path.Combine(_directory.Path, "source.zarr");
        using (ISource slices = SourceOpener.Open(_slices, new SourceOptions { Pool = _pool })) WriteWhole(Materialize(slices, zarr));
        using ISource source = SourceOpener.Open(zarr, new SourceOptions { Pool = _pool });
        using Materializer run = Materialize(source);
        run.Open();
        File.Delete(Path.Combine(zarr, "0", "0", "1", "1"));
        run.Build(CancellationToken.None);
        Assert.Contains("changed", Assert.Throws<SourceException>(run.Finish).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Zeros_of_a_run_that_filled_are_not_kept_by_one_that_fails()
    {
        string slice = Path.Combine(_slices, "0007.tif");
        File.WriteAllBytes(slice, File.ReadAllBytes(slice)[..^7]);
        using ISource source = SourceOpener.Open(_slices, new SourceOptions { Pool = _pool, BadSlices = BadSlicePolicy.Fill });
        using (Materializer begun = Materialize(source))
        {
            begun.Open(BadSlicePolicy.Fill);
            begun.Build(CancellationToken.None);
        }

        // It reads like another run's: what is wrong with the slice is found by reading it, which is done.
        using (ISource again = SourceOpener.Open(_slices, new SourceOptions { Pool = _pool }))
        using (Materializer failing = Materialize(again))
        {
            string refused = Assert.Throws<StoreException>(() => failing.Open(BadSlicePolicy.Fail)).Message;
            foreach (string word in (string[])["--on-bad-slice fill", "0007.tif"]) Assert.Contains(word, refused, StringComparison.Ordinal);
        }

        using Materializer filling = Materialize(source);
        filling.Open(BadSlicePolicy.Fill);
        Assert.True(filling.IsResumed);
        filling.Finish();
        Assert.Contains("0007.tif", File.ReadAllText(Path.Combine(_store, ".zattrs")), StringComparison.Ordinal);
    }

    [ClientFact(Needs.Python)]
    public void A_stack_of_mixed_compression_is_decoded_once()
    {
        string mixed = Path.Combine(_directory.Path, "mixed");
        Directory.CreateDirectory(mixed);
        Tifffile.Write(mixed, """
            from PIL import Image
            for z in range(20): # packed slices differ in length, so that of the plain ones is the usual one
                pixels = np.random.default_rng(z).integers(0, 50, (64, 64)).astype('u2')
                Image.fromarray(pixels).save(f'{z:04}.tif', compression=None if z < 6 else 'tiff_lzw')
            """);
        using ISource source = SourceOpener.Open(mixed, new SourceOptions { Pool = _pool });
        Assert.False(source.Unit.IsDecoded);
        source.CheckAll(null, CancellationToken.None);
        Assert.True(source.Unit.IsDecoded);
        using Materializer run = Materialize(source);
        WriteWhole(run);
        long strips = (64 + source.Unit.Height - 1) / source.Unit.Height * 14;
        Assert.Equal(strips, ((TiffSource)source).Decoded);
        Assert.Equal(
            Numpy.Run("result = np.stack([np.random.default_rng(z).integers(0, 50, (64, 64)).astype('u2') for z in range(20)])", []),
            Numpy.Run("import zarr\nresult = zarr.open(data.decode(), mode='r')['0'][:]", System.Text.Encoding.UTF8.GetBytes(_store)));
    }

    [Fact]
    public void What_differs_from_what_was_begun_is_told_in_the_words_of_the_options()
    {
        using ISource source = SourceOpener.Open(_slices, new SourceOptions { Pool = _pool });
        Multiscale begun = Show(source, 8), other = Show(source, 16);
        BuildIdentity now = BuildIdentity.Of(other, OmeroChannel.Of(other), StoreFormat.Ome05, Compression.Parse("blosc:zstd:3").Create(DataType.UInt16));
        IReadOnlyList<string> told = now.DifferencesFrom(BuildIdentity.Of(begun, OmeroChannel.Of(begun), StoreFormat.Ome04, codec: null));
        string[] expected =
        [
            "--format was 0.4, now it is 0.5", "--chunk-size was 8,8,8, now it is 16,16,16", "--levels was 3, now it is 2",
            "--compression was none, now it is blosc:zstd:3:shuffle",
        ];
        Assert.Equal(expected, told);
    }

    private static Multiscale Show(ISource source, int chunk) =>
        new("test", new Volume(source, VolumeRanges.All, null, null), new ChunkShape(chunk, chunk, chunk), null, DownsampleMethod.Mean);

    private static void WriteWhole(Materializer run)
    {
        run.Open();
        run.Build(CancellationToken.None);
        run.Finish();
        run.Dispose();
    }

    private Materializer Materialize(ISource source, string? store = null)
    {
        Multiscale volume = Show(source, 8);
        var plan = BuildPlan.For(new BuildScope(volume, OnlyLeading: true), _pool.Budget, 2);
        return new Materializer(plan, StoreTarget.New(store ?? _store, volume, OmeroChannel.Of(volume), StoreFormat.Ome04, codec: null), _pool);
    }
}
