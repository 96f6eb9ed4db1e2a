using ZarrFs.Core.Pyramid;
using ZarrFs.Tests.Clients.Harness;
using ZarrFs.Tests.Materialize;

namespace ZarrFs.Tests.Clients.Materialize;

/// <summary>Levels added to a store that exists are the ones that it would have had.</summary>
public sealed class ExtendTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly string _slices;
    private readonly string _whole;
    private readonly string _store;

    public ExtendTests()
    {
        _slices = ScanVolume.Write(_workspace.At("slices"), 70, 60, 90);
        _whole = _workspace.At("whole.zarr");
        _store = _workspace.At("out.zarr");
    }

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("0.4", "none")]
    [InlineData("0.5", "blosc:zstd:1:bitshuffle")]
    public void New_levels_are_those_of_a_store_made_at_once(string format, string compression)
    {
        string[] options = ["--chunk-size", "16", "--downsample", "max", "--format", format, "--compression", compression];
        Write(_whole, options);
        Write(_store, [.. options, "--levels", "2"]);
        Tool added = Write(_store, "--first_new_level", "2", "--algorithm", "max");
        Assert.Contains("levels 2 to 3", added.Output, StringComparison.Ordinal);
        Assert.Equal(Chunks(_whole), Chunks(_store));
        ZarrFsProcess.Run("verify", _store, _slices).Expect();
    }

    [Fact]
    public void Rebuilt_levels_are_those_of_a_store_made_at_once()
    {
        Write(_whole, "--chunk-size", "16", "--downsample", "min");
        Write(_store, "--chunk-size", "16", "--levels", "6");
        Write(_store, "--rebuild", "--downsample", "min");
        Assert.Equal(Chunks(_whole), Chunks(_store));
        ZarrFsProcess.Run("verify", _store, _slices).Expect();
    }

    /// <summary>By then the image's documents say that the new levels are there.</summary>
    [Fact]
    public void A_kill_at_the_very_end_is_gone_on_with_by_the_same_command()
    {
        Write(_whole, "--chunk-size", "16");
        Write(_store, "--chunk-size", "16", "--levels", "2");
        string attributes = Path.Combine(_store, ".zattrs");
        Assert.False(StoppedExtension.Run(
            _store, 2, levels: null, DownsampleMethod.Mean, call => call == "directory ." && File.ReadAllText(attributes).Contains("\"path\": \"2\"", StringComparison.Ordinal)));
        Write(_store, "--first-new-level", "2");
        Assert.Equal(Chunks(_whole), Chunks(_store));
        Assert.False(Directory.Exists(Path.Combine(_store, ".zarrfs")));
    }

    [Theory]
    [InlineData("--chunk-size", "32")]
    [InlineData("--compression", "zstd")]
    [InlineData("--ranges", "4,4,4")]
    public void What_the_store_decides_cannot_be_said_otherwise(string option, string value)
    {
        Write(_store, "--chunk-size", "16", "--levels", "2");
        Tool refused = ZarrFsProcess.Run("materialize", _slices, _store, "--first-new-level", "2", option, value).Expect(exitCode: 2);
        Assert.Contains(option, refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Levels_that_are_there_are_only_made_again_if_it_is_said()
    {
        Write(_store, "--chunk-size", "16");
        string[] before = StoreFiles.Of(_store);
        Tool refused = ZarrFsProcess.Run("materialize", _slices, _store, "--first-new-level", "2").Expect(exitCode: 2);
        Assert.Contains("--overwrite", refused.Error, StringComparison.Ordinal);
        StoreFiles.AssertSame(before, _store, "after a refusal");
        Write(_store, "--first-new-level", "2", "--overwrite");
        Assert.Equal(before.Where(IsChunk), Chunks(_store));
    }

    private Tool Write(string store, params string[] options) => ZarrFsProcess.Run(["materialize", _slices, store, .. options]).Expect();

    private static bool IsChunk(string file) => file.EndsWith('/') || char.IsAsciiDigit(Path.GetFileName(file.Split(' ')[0])[0]);

    private static string[] Chunks(string store) => [.. StoreFiles.Of(store).Where(IsChunk)];
}
