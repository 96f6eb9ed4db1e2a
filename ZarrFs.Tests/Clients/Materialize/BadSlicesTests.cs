using System.Text.Json;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients.Materialize;

/// <summary>Bad slices: told before anything is written, or filled and told afterwards, on the terminal and in the store.</summary>
public sealed class BadSlicesTests : IDisposable
{
    private const int Depth = 70, Height = 20, Width = 30;

    private readonly Workspace _workspace = new();
    private readonly string _slices;
    private readonly string _store;

    public BadSlicesTests()
    {
        _slices = ScanVolume.Write(_workspace.At("slices"), Depth, Height, Width);
        _store = _workspace.At("out.zarr");
    }

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void By_default_nothing_is_written_and_all_are_listed()
    {
        Spoil(3, 17);
        Tool refused = Run().Expect(exitCode: 1);
        foreach (string word in (string[])["0003.tif", "0017.tif", "--on-bad-slice fill"]) Assert.Contains(word, refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_store));
    }

    [Fact]
    public void Many_are_counted_rather_than_listed()
    {
        Spoil([.. Enumerable.Range(20, 25)]);
        Tool refused = Run("--on-bad-slice", "fail").Expect(exitCode: 1);
        Assert.Contains("25 slices are bad", refused.Error, StringComparison.Ordinal);
        Assert.True(refused.ErrorLines.Length < 25, refused.Error);
    }

    [Fact]
    public void Those_outside_of_the_ranges_do_not_matter()
    {
        Spoil(3);
        Run("--ranges", ",,4:").Expect();
        Assert.DoesNotContain("0003.tif", File.ReadAllText(Path.Combine(_store, ".zattrs")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.4", ".zattrs")]
    [InlineData("0.5", "zarr.json")]
    public void Filled_ones_are_zeros_listed_at_the_end_and_in_the_attributes(string format, string attributes)
    {
        Spoil(3, 17);
        Tool done = Run("--on-bad-slice", "fill", "--format", format, "--chunk-size", "1,20,30", "--levels", "1");
        Assert.True(done.ExitCode == 1, done.Transcript);
        foreach (string word in (string[])["0003.tif", "0017.tif", "2 slices are bad"]) Assert.Contains(word, done.Error, StringComparison.Ordinal);
        string text = File.ReadAllText(Path.Combine(_store, attributes));
        JsonDocument.Parse(text).Dispose();
        foreach (string word in (string[])["0003.tif", "0017.tif"]) Assert.Contains(word, text, StringComparison.Ordinal);
        for (int z = 0; z < Depth; z++)
        {
            string chunk = Path.Combine(_store, format == "0.4" ? $"0/{z}/0/0" : $"0/c/{z}/0/0");
            Assert.Equal(z is not (3 or 17), File.Exists(chunk));
            if (File.Exists(chunk)) Assert.Equal(ScanVolume.Slice(z, Height, Width), File.ReadAllBytes(chunk));
        }
    }

    [Fact]
    public void Holes_are_no_bad_slices()
    {
        File.Delete(Path.Combine(_slices, "0003.tif"));
        Run().Expect();
    }

    private Tool Run(params string[] options) => ZarrFsProcess.Run(["materialize", _slices, _store, .. options]);

    /// <summary>Cuts files short.</summary>
    private void Spoil(params int[] slices)
    {
        foreach (int z in slices)
        {
            string path = Path.Combine(_slices, $"{z:0000}.tif");
            File.WriteAllBytes(path, File.ReadAllBytes(path)[..^7]);
        }
    }
}
