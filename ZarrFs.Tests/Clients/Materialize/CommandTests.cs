using System.Text.Json;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients.Materialize;

/// <summary>What <c>zarrfs materialize</c> says, refuses and leaves alone.</summary>
public sealed class CommandTests : IDisposable
{
    private const int Depth = 40, Height = 60, Width = 70;

    private readonly Workspace _workspace = new();
    private readonly string _slices;
    private readonly string _store;

    public CommandTests()
    {
        _slices = ScanVolume.Write(_workspace.At("slices"), Depth, Height, Width);
        _store = _workspace.At("out.zarr");
    }

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void The_summary_says_what_is_where_and_what_to_do_with_it()
    {
        Tool done = Run("--chunk-size", "16").Expect();
        foreach (string word in (string[])["40×60×70", "20×30×35", "uint16", "OME-Zarr 0.4", _store, "zarr.open", "khartes"])
            Assert.Contains(word, done.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', done.Output);
        Assert.DoesNotContain('\e', done.Error);
    }

    [Fact]
    public void A_dry_run_says_it_all_and_leaves_nothing()
    {
        string[] before = StoreFiles.Of(_workspace.Root);
        Tool dry = Run("--chunk-size", "16", "--dry-run", "--compression", "zstd").Expect();
        foreach (string word in (string[])["40×60×70", "uint16", "memory", "free", "time", "estimate"])
            Assert.Contains(word, dry.Output, StringComparison.OrdinalIgnoreCase);
        // 3 × 4 × 5 chunks of 16³ uint16, then 2 × 2 × 3, 1 × 1 × 2, 1.
        Assert.Contains($"{(60 + 12 + 2 + 1) * 8192 / 1e3:0.##} kB", dry.Output, StringComparison.Ordinal);
        Assert.Equal(before, StoreFiles.Of(_workspace.Root));
    }

    [Fact]
    public void Json_progress_is_an_object_a_line_that_only_grows()
    {
        Tool done = Run("--chunk-size", "16", "--progress", "json", "--verify").Expect();
        var lines = done.ErrorLines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["check", "build", "verify"], lines.Select(line => line.GetProperty("stage").GetString()).Distinct().Where(stage => stage != "finish"));
        foreach (IGrouping<string?, JsonElement> stage in lines.GroupBy(line => line.GetProperty("stage").GetString()))
        {
            foreach (string member in (string[])["share", "done", "written", "chunks", "empty", "seconds"])
            {
                double[] values = [.. stage.Select(line => line.GetProperty(member).GetDouble())];
                Assert.Equal(values.Order(), values);
            }
        }

        JsonElement last = lines.Last(line => line.GetProperty("stage").GetString() == "build");
        long bytes = 2L * Depth * Height * Width;
        Assert.Equal((1.0, bytes, bytes), (last.GetProperty("share").GetDouble(), last.GetProperty("done").GetInt64(), last.GetProperty("total").GetInt64()));
        string[] chunks = [.. Directory.EnumerateFiles(_store, "*", SearchOption.AllDirectories).Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0]))];
        Assert.Equal((chunks.Length, chunks.Sum(path => new FileInfo(path).Length)), (last.GetProperty("chunks").GetInt32(), last.GetProperty("written").GetInt64()));
        Assert.Equal(75, chunks.Length + last.GetProperty("empty").GetInt32());
    }

    [Theory]
    [InlineData("none")]
    [InlineData("plain")]
    [InlineData("bar")]
    public void Other_ways_of_telling_progress_write_the_same_store(string progress)
    {
        Tool done = Run("--progress", progress).Expect();
        if (progress == "none") Assert.Equal("", done.Error);
        Assert.True(File.Exists(Path.Combine(_store, ".zgroup")));
    }

    [Fact]
    public void The_words_of_scroll2zarr_mean_what_they_mean_there()
    {
        Run("--chunk_size", "16", "--nlevels", "3", "--algorithm", "max", "--window", "10:50,,:32", "--obytes", "1", "--num_threads", "1", "--max_gb", "0.4").Expect();
        string theirs = _workspace.At("ours.zarr");
        ZarrFsProcess.Run("materialize", _slices, theirs, "--chunk-size", "16", "--levels", "3", "--downsample", "max", "--ranges", "10:50,,:32", "--type", "uint8").Expect();
        StoreFiles.AssertSame(StoreFiles.Of(theirs), _store, "in other words");
        using JsonDocument array = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_store, "0/.zarray")));
        Assert.Equal("|u1", array.RootElement.GetProperty("dtype").GetString());
        Assert.Equal([32, 60, 40], array.RootElement.GetProperty("shape").EnumerateArray().Select(n => n.GetInt32()));
    }

    [Theory]
    [InlineData("0.4", ".zarray")]
    [InlineData("0.5", "zarr.json")]
    public void A_plain_array_is_level_0_alone(string format, string document)
    {
        Run("--format", format, "--zarr-only", "--chunk-size", "17").Expect();
        Assert.True(File.Exists(Path.Combine(_store, document)));
        Assert.False(File.Exists(Path.Combine(_store, ".zgroup")));
        Assert.False(Directory.Exists(Path.Combine(_store, "0", document)));
        byte[] chunk = File.ReadAllBytes(Path.Combine(_store, format == "0.4" ? "1/2/2" : "c/1/2/2"));
        byte[] slice = ScanVolume.Slice(17, Height, Width);
        Assert.Equal(slice.AsSpan(((34 * Width) + 34) * 2, 34).ToArray(), chunk[..34]);
    }

    [Theory]
    [InlineData("--format", "0.3", "0.4")]
    [InlineData("--durability", "always", "each")]
    [InlineData("--progress", "loud", "json")]
    [InlineData("--compression", "rar", "blosc")]
    [InlineData("--max-gb", "much", "0.5")]
    [InlineData("--max-gb", "0.03", "at least")]
    [InlineData("--obytes", "3", "uint8")]
    [InlineData("--type", "int16", "uint8")]
    [InlineData("--threads", "0", "1024")]
    [InlineData("--on-bad-slice", "ignore", "fill")]
    public void An_option_that_cannot_be_is_told_with_what_can(string option, string value, string expected)
    {
        Tool refused = Run(option, value).Expect(exitCode: 2);
        Assert.Contains(option, refused.Error, StringComparison.Ordinal);
        Assert.Contains(expected, refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_store));
    }

    [Theory]
    [InlineData("--memory", "1GB", "--max-gb", "1")]
    [InlineData("--type", "uint16", "--obytes", "1")]
    [InlineData("--compression", "zlib", "--format", "0.5")]
    [InlineData("--zarr-only", "true", "--levels", "3")]
    [InlineData("--zarr-only", "true", "--downsample", "max")]
    [InlineData("--channel", "0", "--format", "0.5")]
    public void Options_that_contradict_each_other_are_refused(string first, string value, string second, string other)
    {
        Tool refused = Run(first, value, second, other).Expect(exitCode: 2);
        Assert.Contains(first, refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_store));
    }

    [Fact]
    public void Only_what_is_a_store_is_overwritten()
    {
        Directory.CreateDirectory(_store);
        File.WriteAllText(Path.Combine(_store, "thesis.doc"), "years of work");
        foreach (string[] options in (string[][])[[], ["--overwrite"]])
        {
            Tool refused = Run(options).Expect(exitCode: 1);
            Assert.Contains(_store, refused.Error, StringComparison.Ordinal);
            Assert.Equal(["thesis.doc"], Directory.EnumerateFileSystemEntries(_store).Select(Path.GetFileName));
        }

        Directory.Delete(_store, recursive: true);
        Run("--chunk-size", "16").Expect();
        Tool there = Run("--chunk-size", "32").Expect(exitCode: 1);
        Assert.Contains("--overwrite", there.Error, StringComparison.Ordinal);
        Assert.Contains("zarrfs verify", there.Error, StringComparison.Ordinal);
        Assert.Contains("--overwrite is not given", Run("--chunk-size", "32", "--dry-run").Expect().Output, StringComparison.Ordinal);
        Assert.DoesNotContain("refused", Run("--chunk-size", "32", "--dry-run", "--overwrite").Expect().Output, StringComparison.Ordinal);
        Run("--chunk-size", "32", "--overwrite").Expect();
        ZarrFsProcess.Run("materialize", _slices, _workspace.At("fresh.zarr"), "--chunk-size", "32").Expect();
        StoreFiles.AssertSame(StoreFiles.Of(_workspace.At("fresh.zarr")), _store, "overwritten");
    }

    [Fact]
    public void A_store_is_never_written_over_its_source()
    {
        string zarr = _workspace.At("zarr"), link = _workspace.At("link");
        ZarrFsProcess.Run("materialize", _slices, zarr, "--chunk-size", "16").Expect();
        Directory.CreateSymbolicLink(link, zarr);
        string[] before = StoreFiles.Of(zarr);
        (string Source, string Out)[] pairs = [(zarr, zarr), (Path.Combine(zarr, "0"), zarr), (zarr, Path.Combine(zarr, "0")), (zarr, link), (link, Path.Combine(zarr, "new"))];
        foreach ((string source, string output) in pairs)
        {
            Tool refused = ZarrFsProcess.Run("materialize", source, output, "--overwrite").Expect(exitCode: 2);
            Assert.Contains(output, refused.Error, StringComparison.Ordinal);
            Assert.Equal(before, StoreFiles.Of(zarr));
        }

        // Among slices there is nothing to lose.
        for (int i = 0; i < 2; i++) ZarrFsProcess.Run("materialize", _slices, Path.Combine(_slices, "out.zarr"), "--overwrite").Expect();
    }

    [Fact]
    public void A_codec_whose_library_is_missing_is_told_before_anything_is_written()
    {
        foreach (string name in (string[])["libblosc.so.1", "libblosc.so"]) _workspace.Write(Path.Combine("broken", name), "");
        string[] arguments = [$"LD_LIBRARY_PATH={_workspace.At("broken")}", ZarrFsProcess.Executable, "materialize", _slices, _store, "--compression", "blosc"];
        Tool refused = Tool.Run("/usr/bin/env", arguments).Expect(exitCode: 1);
        Assert.Contains("libblosc1", refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_store));
    }

    [Fact]
    public void A_missing_source_and_an_impossible_place_are_told()
    {
        Tool missing = ZarrFsProcess.Run("materialize", _workspace.At("nowhere"), _store).Expect(exitCode: 1);
        Assert.Contains("nowhere", missing.Error, StringComparison.Ordinal);
        _workspace.Write("file", "");
        Tool impossible = ZarrFsProcess.Run("materialize", _slices, _workspace.At("file", "out.zarr")).Expect(exitCode: 1);
        Assert.Contains("file", impossible.Error, StringComparison.Ordinal);
        Tool tried = ZarrFsProcess.Run("materialize", _slices, _workspace.At("file", "out.zarr"), "--dry-run").Expect(exitCode: 1);
        Assert.Contains("file", tried.Error, StringComparison.Ordinal);
    }

    [ClientFact(Needs.Python)]
    public void Of_several_images_one_must_be_chosen()
    {
        Tool.Run(Script.Python, ["-c", $"""
            import numpy, tifffile
            with tifffile.TiffWriter(r"{_workspace.At("two.ome.tif")}", ome=True) as tiff:
                tiff.write(numpy.full((4, 20, 30), 7, "u2"), metadata=dict(axes="ZYX", Name="left"))
                tiff.write(numpy.full((3, 10, 12), 9, "u1"), metadata=dict(axes="ZYX", Name="right"))
            """]).Expect();
        Tool refused = ZarrFsProcess.Run("materialize", _workspace.At("two.ome.tif"), _store).Expect(exitCode: 2);
        foreach (string word in (string[])["--series", "left", "right"]) Assert.Contains(word, refused.Error, StringComparison.Ordinal);
        ZarrFsProcess.Run("materialize", _workspace.At("two.ome.tif"), _store, "--series", "1").Expect();
        Assert.Contains("right", File.ReadAllText(Path.Combine(_store, ".zattrs")), StringComparison.Ordinal);
    }

    private Tool Run(params string[] options) => ZarrFsProcess.Run(["materialize", _slices, _store, .. options]);
}
