using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients.Materialize;

/// <summary><c>zarrfs verify</c> knows from the store what it needs, and finds every kind of damage.</summary>
public sealed class VerifyTests : IDisposable
{
    private const int Depth = 40, Height = 60, Width = 70;

    private readonly Workspace _workspace = new();
    private readonly string _slices;
    private readonly string _store;

    public VerifyTests()
    {
        _slices = ScanVolume.Write(_workspace.At("slices"), Depth, Height, Width);
        _store = _workspace.At("out.zarr");
    }

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData()]
    [InlineData("--chunk-size", "8,16,32", "--downsample", "max")]
    [InlineData("--format", "0.5", "--chunk-size", "16", "--compression", "blosc:zstd:1:bitshuffle", "--downsample", "nearest")]
    [InlineData("--format", "0.4", "--chunk-size", "16", "--compression", "zlib:1", "--type", "uint8", "--levels", "6")]
    [InlineData("--zarr-only", "--chunk-size", "17,19,23", "--compression", "zstd:3")]
    [InlineData("--zarr-only", "--format", "0.5", "--compression", "gzip:1")]
    [InlineData("--downsample", "gaussian", "--chunk-size", "16")]
    public void What_the_store_says_need_not_be_said(params string[] options)
    {
        Materialize(options);
        Tool good = ZarrFsProcess.Run("verify", _store, _slices).Expect();
        Assert.Contains("chunks", good.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Ranges_must_be_said_again()
    {
        Materialize("--ranges", "10:50,,:32", "--chunk-size", "16");
        Tool other = ZarrFsProcess.Run("verify", _store, _slices).Expect(exitCode: 1);
        Assert.Contains("--ranges", other.Error, StringComparison.Ordinal);
        ZarrFsProcess.Run("verify", _store, _slices, "--ranges", "10:50,,:32").Expect();
    }

    [Fact]
    public void Every_kind_of_damage_is_found_and_told()
    {
        Materialize("--chunk-size", "16");
        byte[] chunk = File.ReadAllBytes(Chunk("0/1/2/2"));
        chunk[(((3 * 16) + 4) * 16 * 2) + (5 * 2)] ^= 1;
        File.WriteAllBytes(Chunk("0/1/2/2"), chunk);
        File.Delete(Chunk("0/1/2/3"));
        File.WriteAllBytes(Chunk("1/0/1/1"), [1, 2, 3]);
        File.WriteAllText(Chunk("0/9"), "who put this here");
        File.WriteAllText(Chunk("1/.zarray"), File.ReadAllText(Chunk("1/.zarray")).Replace("\"order\": \"C\"", "\"order\": \"F\"", StringComparison.Ordinal));
        Tool bad = ZarrFsProcess.Run("verify", _store, _slices).Expect(exitCode: 1);
        foreach (string word in (string[])["0/1/2/2: voxel t 0, c 0, z 19, y 36, x 37", "0/1/2/3: is missing", "1/0/1/1", "0/9", "1/.zarray: order"])
            Assert.Contains(word, bad.Output, StringComparison.Ordinal);
        Assert.Contains("5 places", bad.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_source_is_a_difference()
    {
        Materialize("--chunk-size", "16");
        File.WriteAllBytes(Path.Combine(_slices, "0021.tif"), PlainTiff.Page(Width, Height, ScanVolume.Slice(99, Height, Width)));
        Tool bad = ZarrFsProcess.Run("verify", _store, _slices).Expect(exitCode: 1);
        Assert.Contains("z 21", bad.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_store_is_told()
    {
        Tool missing = ZarrFsProcess.Run("verify", _store, _slices).Expect(exitCode: 1);
        Assert.Contains(_store, missing.Error, StringComparison.Ordinal);
        Tool other = ZarrFsProcess.Run("verify", _slices, _slices).Expect(exitCode: 1);
        Assert.Contains("no Zarr store", other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Verifying_at_once_is_the_same()
    {
        Tool done = ZarrFsProcess.Run("materialize", _slices, _store, "--verify", "--chunk-size", "16", "--compression", "blosc").Expect();
        Assert.Contains("are what the source makes", done.Output, StringComparison.Ordinal);
    }

    private void Materialize(params string[] options) => ZarrFsProcess.Run(["materialize", _slices, _store, .. options]).Expect();

    private string Chunk(string path) => Path.Combine(_store, path);
}
