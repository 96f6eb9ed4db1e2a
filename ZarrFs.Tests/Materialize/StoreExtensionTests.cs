using System.Text.Json.Nodes;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Materialize.Extending;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Clients.Harness;
using ZarrFs.Tests.Oracles;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Materialize;

/// <summary>New levels for images that others wrote, looked at by zarr-python, numpy and the rules of OME-Zarr.</summary>
public sealed class StoreExtensionTests : IDisposable
{
    private static readonly SourceOptions Reading = new() { BadSlices = BadSlicePolicy.Fail };

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    public static TheoryData<string, int, int, int, DownsampleMethod> Extensions { get; } = new()
    {
        { "scroll2zarr", 1, 1, 4, DownsampleMethod.Mean },
        { "scroll2zarr", 2, 2, 6, DownsampleMethod.Max },
        { "scroll2zarr", 3, 1, 2, DownsampleMethod.Mean },
        { "bioformats2raw", 1, 1, 3, DownsampleMethod.Nearest },
        { "bioformats2raw", 2, 1, 4, DownsampleMethod.Mean },
        { "ngff-zarr", 2, 2, 4, DownsampleMethod.Mean },
        { "ngff-zarr", 2, 1, 3, DownsampleMethod.Nearest },
        { "s-levels", 1, 1, 3, DownsampleMethod.Min },
        { "s-levels", 3, 2, 3, DownsampleMethod.Mean },
    };

    /// <param name="kind">Who wrote the image.</param>
    /// <param name="there">Levels that it has.</param>
    /// <param name="first">First new level.</param>
    /// <param name="levels">Levels it shall have.</param>
    /// <param name="method">How they are made.</param>
    [ClientTheory(Needs.Python)]
    [MemberData(nameof(Extensions))]
    public void Levels_are_added_in_the_image_s_own_dialect(string kind, int there, int first, int levels, DownsampleMethod method)
    {
        string path = _workspace.At("image.zarr");
        Script.RunPython("extend_image", new { @do = "write", path, kind, levels = there });
        Extend(path, first, levels, method, overwrite: first < there);
        Script.RunPython("extend_image", new { @do = "check", path, kind, levels, first, method = method.ToString().ToLowerInvariant() });
    }

    [Fact]
    public void An_image_of_0_5_gets_levels_of_0_5()
    {
        string path = _workspace.At("image.ome.zarr");
        ArraySource source = ArraySource.Random(new VolumeShape(2, 3, 21, 37, 43), DataType.Int16);
        Write(source, path, levels: 2);
        Extend(path, 1, 4, DownsampleMethod.Mean, overwrite: true);

        var oracle = new PlainPyramid(source.Shape, source.DataType, source.Voxels, DownsampleMethod.Mean, 4);
        for (int level = 0; level < 4; level++)
        {
            using ISource array = SourceOpener.Open(Path.Combine(path, $"{level}"), new SourceOptions { BadSlices = BadSlicePolicy.Fail });
            var grid = new ChunkGrid(array.Shape, new ChunkShape(64, 64, 64));
            byte[] padded = oracle.Chunk(new ChunkAddress(0, level, 1, 2, 0, 0, 0), grid.Chunk);
            Region all = grid.Region(new ChunkAddress(0, level, 1, 2, 0, 0, 0));
            byte[] found = new byte[all.Count * 2];
            array.Read(all, found);
            for (int row = 0; row < all.Depth * all.Height; row++)
            {
                int at = ((row / all.Height * 64) + (row % all.Height)) * 64 * 2;
                Assert.True(found.AsSpan(row * all.Width * 2, all.Width * 2).SequenceEqual(padded.AsSpan(at, all.Width * 2)), $"level {level}, row {row}");
            }
        }

        // It is what a store with four levels from the beginning is, but for what only its writer knows.
        string whole = _workspace.At("whole.ome.zarr");
        Write(source, whole, levels: 4);
        JsonNode expected = JsonNode.Parse(File.ReadAllText(Path.Combine(whole, "zarr.json")))!;
        JsonNode document = JsonNode.Parse(File.ReadAllText(Path.Combine(path, "zarr.json")))!;
        Assert.True(JsonNode.DeepEquals(expected, document), $"{expected}\n{document}");
        for (int level = 0; level < 4; level++)
        {
            string name = Path.Combine($"{level}", "zarr.json");
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(File.ReadAllText(Path.Combine(whole, name))), JsonNode.Parse(File.ReadAllText(Path.Combine(path, name)))));
        }
    }

    [Fact]
    public void Scales_are_written_as_coordinates_and_all_else_stays()
    {
        string path = Image("""{"multiscales": [{"x": 1, "datasets": [{"path": "0", "coordinateTransformations": [{"type": "scale", "scale": [1, 1, 1]}], "y": 2}], "version": "0.4"}], "z": [3]}""");
        using StoreExtension plan = StoreExtension.Plan(path, 1, 3, DownsampleMethod.Mean, overwrite: false, Reading);
        Assert.Equal(["1/.zarray", "2/.zarray", ".zattrs"], plan.Documents.Select(document => document.Path));
        string text = System.Text.Encoding.UTF8.GetString(plan.Documents[^1].Content);
        Assert.Contains("2.0", text, StringComparison.Ordinal);
        Assert.True(
            JsonNode.DeepEquals(
                JsonNode.Parse("""
                    {"multiscales": [{"x": 1, "datasets": [
                      {"path": "0", "coordinateTransformations": [{"type": "scale", "scale": [1, 1, 1]}], "y": 2},
                      {"path": "1", "coordinateTransformations": [{"type": "scale", "scale": [2.0, 2.0, 2.0]}], "y": 2},
                      {"path": "2", "coordinateTransformations": [{"type": "scale", "scale": [4.0, 4.0, 4.0]}], "y": 2}], "version": "0.4"}], "z": [3]}
                    """),
                JsonNode.Parse(text)),
            text);
        Assert.Equal([null, "1", "2"], plan.Levels.Select(level => level?.Directory));
    }

    [Theory]
    [InlineData(0, null, false, "--first-new-level: 0 is not possible")]
    [InlineData(2, null, false, "--first-new-level: 2 is not possible: ")]
    [InlineData(1, 1, false, "--levels: 1 levels are 0 to 0, so there is none to make from level 1 on")]
    [InlineData(1, null, false, "--levels: level 0 of ")]
    public void What_cannot_be_is_named(int first, int? levels, bool overwrite, string message)
    {
        string path = Image("""{"multiscales": [{"datasets": [{"path": "0"}]}]}""");
        var failure = Assert.Throws<OptionException>(() => StoreExtension.Plan(path, first, levels, DownsampleMethod.Mean, overwrite, Reading));
        Assert.StartsWith(message, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_level_that_is_there_is_replaced_only_if_that_is_said()
    {
        string path = Image("""{"multiscales": [{"datasets": [{"path": "0"}, {"path": "1"}, {"path": "2"}]}]}""");
        _workspace.Write("image/1/.zarray", Array);
        _workspace.Write("image/2/.zarray", Array);
        var failure = Assert.Throws<OptionException>(() => StoreExtension.Plan(path, 1, 2, DownsampleMethod.Mean, overwrite: false, Reading));
        Assert.Contains("level 1 is there already", failure.Message, StringComparison.Ordinal);
        using StoreExtension plan = StoreExtension.Plan(path, 1, 2, DownsampleMethod.Mean, overwrite: true, Reading);
        Assert.Equal([null, "1"], plan.Levels.Select(level => level?.Directory));
        Assert.Equal(["2"], plan.Removes);
    }

    /// <summary>New levels go the way of their directories, and what is deleted must be nobody else's.</summary>
    [Theory]
    [InlineData("0", "0", "\"0\" and \"0\"")]
    [InlineData("0", "0/half", "\"0/half\" and \"0\"")]
    [InlineData("full/0", "full", "\"full\" and \"full/0\"")]
    [InlineData("0", "1/1", "\"1\" and \"1/1\"", "1")]
    public void Levels_whose_directories_are_or_hold_one_another_are_refused(string level0, string level1, string named, string level2 = "2")
    {
        string path = Image($$"""{"multiscales": [{"datasets": [{"path": "{{level0}}"}, {"path": "{{level1}}"}, {"path": "{{level2}}"}]}]}""");
        _workspace.Write($"image/{level0}/.zarray", Array);
        var failure = Assert.Throws<SourceException>(() => StoreExtension.Plan(path, 1, 2, DownsampleMethod.Mean, overwrite: true, Reading));
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
        Assert.EndsWith(".zattrs", failure.Path, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", "notes.txt")]
    [InlineData("2", "thesis/1.doc")]
    public void What_is_no_array_s_is_not_deleted_with_a_level(string level, string foreign)
    {
        string path = Image("""{"multiscales": [{"datasets": [{"path": "0"}, {"path": "1"}, {"path": "2"}]}]}""");
        _workspace.Write("image/1/.zarray", Array);
        _workspace.Write("image/2/.zarray", Array);
        _workspace.Write($"image/{level}/{foreign}", "mine");
        var failure = Assert.Throws<StoreException>(() => Extend(path, 1, 2, DownsampleMethod.Mean, overwrite: true));
        Assert.Contains(Path.Combine(path, level, foreign.Split('/')[0]), failure.Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(Path.Combine(path, level, foreign)));
    }

    [Fact]
    public void Zeros_for_damaged_chunks_are_refused_since_nothing_would_tell_of_them()
    {
        string path = Image("""{"multiscales": [{"datasets": [{"path": "0"}]}]}""");
        var failure = Assert.Throws<OptionException>(() => StoreExtension.Plan(path, 1, 2, DownsampleMethod.Mean, overwrite: false, new SourceOptions()));
        Assert.StartsWith("--on-bad-slice: fill is not possible with --first-new-level", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>The documents say before the end that the new levels are there: the same command knows them for its own.</summary>
    [Fact]
    public void A_stop_anywhere_at_the_end_is_continued_by_the_same_command()
    {
        ArraySource source = ArraySource.Random(new VolumeShape(21, 37, 43), DataType.Int16);
        string whole = _workspace.At("whole.ome.zarr");
        Write(source, whole, levels: 1);
        Extend(whole, 1, 3, DownsampleMethod.Mean, overwrite: false);
        SortedDictionary<string, byte[]> expected = StoreBuild.Files(whole);
        bool finished = false;
        for (int calls = 0; !finished; calls++)
        {
            string path = _workspace.At($"{calls}.ome.zarr");
            Write(source, path, levels: 1);
            int left = calls;
            finished = StoppedExtension.Run(path, 1, 3, DownsampleMethod.Mean, _ => left-- == 0);
            if (Directory.Exists(Path.Combine(path, ".zarrfs"))) Extend(path, 1, 3, DownsampleMethod.Mean, overwrite: false);
            StoreBuild.Same(expected, path);
        }
    }

    [Theory]
    [InlineData("\"|u1\"", "\"|b1\"", "truth values")]
    [InlineData("[8, 8, 8], \"chunks\": [8, 8, 8]", "[8, 8], \"chunks\": [8, 8]", "z y x")]
    public void An_array_after_which_no_level_can_be_made_is_named(string what, string by, string message)
    {
        string path = Image("""{"multiscales": [{"datasets": [{"path": "0"}]}]}""");
        _workspace.Write("image/0/.zarray", Array.Replace(what, by, StringComparison.Ordinal));
        var failure = Assert.Throws<UnsupportedException>(() => StoreExtension.Plan(path, 1, 2, DownsampleMethod.Mean, overwrite: false, Reading));
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    private const string Array =
        """{"zarr_format": 2, "shape": [8, 8, 8], "chunks": [8, 8, 8], "dtype": "|u1", "compressor": null, "fill_value": 0, "order": "C", "filters": null, "dimension_separator": "/"}""";

    private static void Extend(string path, int first, int levels, DownsampleMethod method, bool overwrite)
    {
        using var pool = new BufferPool(64 << 20);
        using (StoreExtension plan = StoreExtension.Plan(path, first, levels, method, overwrite, Reading with { Pool = pool }))
            Build(plan.Multiscale, StoppedExtension.Target(plan, overwrite), pool);

        Assert.Equal(0, pool.BuffersInUse);
    }

    private static void Write(ArraySource source, string path, int levels)
    {
        using var pool = new BufferPool(64 << 20);
        var multiscale = new Multiscale("image", new Volume(source, VolumeRanges.All, null, new VoxelSize(2, 0.5, 0.5, "micrometer")), new ChunkShape(16, 16, 16), levels, DownsampleMethod.Mean);
        Build(multiscale, StoreTarget.New(path, multiscale, OmeroChannel.Of(multiscale), StoreFormat.Ome05, codec: null), pool);
    }

    private static void Build(Multiscale multiscale, StoreTarget target, BufferPool pool)
    {
        var counters = new BuildCounters();
        using StoreWriter store = StoreWriter.Open(target, counters);
        PyramidBuilder.Run(BuildPlan.For(new BuildScope(multiscale, OnlyLeading: false), pool.Budget / 2, 2), pool, store, counters, CancellationToken.None);
        store.Finish();
    }

    private string Image(string attributes)
    {
        _workspace.Write("image/.zgroup", """{"zarr_format": 2}""");
        _workspace.Write("image/.zattrs", attributes);
        _workspace.Write("image/0/.zarray", Array);
        return _workspace.At("image");
    }
}
