using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients;

/// <summary>What <c>zarrfs warm</c> makes, and what it spares those who come after.</summary>
public sealed class WarmTests : IDisposable
{
    private const int Depth = 70, Height = 90, Width = 110;

    private readonly Workspace _workspace = new();
    private readonly string _slices;
    private readonly string _cache;

    public WarmTests()
    {
        _slices = ScanVolume.Write(_workspace.At("slices"), Depth, Height, Width);
        _cache = _workspace.At("cache");
    }

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("mean", null, 1)]
    [InlineData("gaussian", null, 1)]
    [InlineData("max", ">=2", 2)]
    [InlineData("mean", "all", 0)]
    public void Levels_in_the_cache_are_those_of_a_store(string method, string? levels, int first)
    {
        string[] asked = levels is null ? [] : ["--levels", levels];
        Tool done = Warm(["--downsample", method, .. asked]).Expect();
        Assert.Contains($"levels {first}–3", done.Output, StringComparison.Ordinal);
        Assert.Contains(_cache, done.Output, StringComparison.Ordinal);
        ZarrFsProcess.Run("materialize", _slices, _workspace.At("store.ome.zarr"), "--chunk-size", "16", "--format", "0.5", "--downsample", method).Expect();
        Assert.Equal(Chunks(_workspace.At("store.ome.zarr"), level => level >= first), Chunks(Volume, _ => true));
    }

    /// <summary>The voxels are overwritten behind its back, sizes and times as they were: whoever read them again would find others.</summary>
    [Fact]
    public void What_is_there_is_not_read_again()
    {
        Warm("--levels", "all").Expect();
        ZarrFsProcess.Run("materialize", _slices, _workspace.At("plain.zarr"), "--chunk-size", "16").Expect();
        Spoil();
        Tool again = Warm("--levels", "all").Expect();
        Assert.Contains(" 0 chunks", again.Output, StringComparison.Ordinal);
        Assert.Contains("0 B of voxels read", again.Output, StringComparison.Ordinal);

        Tool made = ZarrFsProcess.Run("materialize", _slices, _workspace.At("cached.zarr"), "--chunk-size", "16", "--cache", _cache, "--from-cache").Expect();
        Assert.Equal(Voxels(_workspace.At("plain.zarr")), Voxels(_workspace.At("cached.zarr"))); // the contrast in its metadata is the spoilt slices'

        Assert.Contains("255 chunks came from the cache", made.Output, StringComparison.Ordinal); // 5 × 6 × 7, 3 × 3 × 4, 2 × 2 × 2 and 1
    }

    [Fact]
    public void A_box_is_the_chunks_that_hold_its_voxels()
    {
        Tool done = Warm("--region", "20:40,32:48,10:17", "--levels", "0-1").Expect();
        Assert.Equal(
            ["0/c/0/2/1", "0/c/0/2/2", "0/c/1/2/1", "0/c/1/2/2", "1/c/0/1/0", "1/c/0/1/1"],
            Chunks(Volume, _ => true).Select(line => line.Split(' ')[0]));
        Assert.Contains("6 chunks of levels 0–1", done.Error, StringComparison.Ordinal);
        ZarrFsProcess.Run("materialize", _slices, _workspace.At("store.ome.zarr"), "--chunk-size", "16", "--format", "0.5").Expect();
        Assert.Subset(Chunks(_workspace.At("store.ome.zarr"), _ => true).ToHashSet(), Chunks(Volume, _ => true).ToHashSet());

        Spoil();
        Assert.Contains(" 0 chunks", Warm("--region", "20:40,32:48,10:17", "--levels", "0-1").Expect().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Stopped_or_killed_it_goes_on()
    {
        string large = ScanVolume.Write(_workspace.At("large"), 200, 360, 400);
        string[] command = ["warm", large, "--cache", _cache, "--chunk-size", "16", "--levels", "all", "--cache-size", "1GB"];
        foreach (int signal in (int[])[Signals.Kill, Signals.Interrupt, Signals.Kill, Signals.Terminate])
        {
            int before = Directory.Exists(_cache) ? Files() : 0;
            using Running running = Running.Start(command);
            Mount.Eventually.True(() => running.HasExited || Files() > before + 20, "it has begun");
            running.Signal(signal);
            int code = running.WaitForExit();
            if (code == 0) break; // it was faster
            if (signal == Signals.Kill) continue;
            Assert.True(code == 130, running.Error);
            Assert.Contains("same command", running.Error, StringComparison.Ordinal);
        }

        ZarrFsProcess.Run(command).Expect();
        ZarrFsProcess.Run("materialize", large, _workspace.At("store.ome.zarr"), "--chunk-size", "16", "--format", "0.5").Expect();
        Assert.Equal(Chunks(_workspace.At("store.ome.zarr"), _ => true), Chunks(Volume, _ => true));
    }

    [Fact]
    public void Bad_slices_are_told_and_their_chunks_not_kept()
    {
        File.WriteAllText(Path.Combine(_slices, "0020.tif"), "not a slice");
        Tool done = Warm("--levels", "all").Expect(exitCode: 1);
        Assert.Contains("0020.tif", done.Error, StringComparison.Ordinal);
        Assert.Contains("1 slice is bad", done.Error, StringComparison.Ordinal);
        string[] chunks = Chunks(Volume, _ => true);
        Assert.DoesNotContain(chunks, line => line.StartsWith("0/c/1/", StringComparison.Ordinal) || line.StartsWith("1/c/0/", StringComparison.Ordinal));
        Assert.Contains(chunks, line => line.StartsWith("0/c/2/", StringComparison.Ordinal));
        Assert.Contains(chunks, line => line.StartsWith("1/c/1/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--cache", "--levels", "all")]
    [InlineData("--levels", "--cache", "CACHE", "--levels", "coarse")]
    [InlineData("--region", "--cache", "CACHE", "--region", "1:2")]
    [InlineData("--region", "--cache", "CACHE", "--region", "500:600,,")]
    [InlineData("--cache-size", "--cache", "CACHE", "--levels", "all", "--cache-size", "1MB")]
    public void What_cannot_be_is_refused_by_name(string named, params string[] options)
    {
        Tool refused = ZarrFsProcess.Run(["warm", _slices, "--chunk-size", "16", .. options.Select(option => option == "CACHE" ? _cache : option)]).Expect(exitCode: 2);
        Assert.StartsWith($"zarrfs: {named}: ", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--from-cache", "--from-cache")]
    [InlineData("--cache", "--from-cache", "--cache", "NOWHERE")]
    [InlineData("--cache", "--cache", "NOWHERE")]
    [InlineData("--from-cache", "--from-cache", "--cache", "NOWHERE", "--zarr-only")]
    [InlineData("--from-cache", "--from-cache", "--cache", "NOWHERE", "--dry-run")]
    [InlineData("--cache", "--from-cache", "--cache", "NOWHERE", "--rebuild")]
    public void From_which_cache_must_be_said(string named, params string[] options)
    {
        Tool refused = ZarrFsProcess.Run(["materialize", _slices, _workspace.At("out.zarr"), .. options.Select(option => option == "NOWHERE" ? _cache : option)]).Expect(exitCode: 2);
        Assert.StartsWith($"zarrfs: {named}: ", refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_cache));
    }

    [Fact]
    public void Who_only_takes_chunks_makes_no_cache_of_a_directory()
    {
        string other = Directory.CreateDirectory(_workspace.At("other")).FullName;
        Tool refused = ZarrFsProcess.Run("materialize", _slices, _workspace.At("out.zarr"), "--from-cache", "--cache", other).Expect(exitCode: 2);
        Assert.StartsWith($"zarrfs: --cache: {other} is no disk cache", refused.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(other));
        Assert.False(Directory.Exists(_workspace.At("out.zarr")));
    }

    /// <summary>By the settings of the environment the cache may have 1 MB: less than is there.</summary>
    [Fact]
    public void Nothing_is_deleted_by_who_is_refused_or_only_takes()
    {
        Warm("--levels", "all").Expect();
        string[] before = Chunks(Volume, _ => true);
        Tool refused = ZarrFsProcess.Run("warm", _slices, "--cache", _cache, "--cache-size", "1MB", "--chunk-size", "16", "--levels", "all").Expect(exitCode: 2);
        Assert.StartsWith("zarrfs: --cache-size: ", refused.Error, StringComparison.Ordinal);
        Assert.Equal(before, Chunks(Volume, _ => true));
        Tool made = Tool.Run(
            "/usr/bin/env",
            ["ZARRFS_CACHE__SIZE=1MB", ZarrFsProcess.Executable, "materialize", _slices, _workspace.At("cached.zarr"), "--chunk-size", "16", "--cache", _cache, "--from-cache"],
            seconds: 300).Expect();
        Assert.Contains("255 chunks came from the cache", made.Output, StringComparison.Ordinal);
        Assert.Equal(before, Chunks(Volume, _ => true));
    }

    [Theory]
    [InlineData("warm", "--cache", "SLICES")]
    [InlineData("serve", "--listen", "127.0.0.1:0", "--cache", "SLICES")]
    [InlineData("mount", "MOUNT", "--cache", "MOUNT")]
    [InlineData("mount", "MOUNT", "--cache", "MOUNT/cache")]
    [InlineData("mount", "MOUNT/here", "--cache", "MOUNT")]
    public void A_cache_has_a_directory_of_its_own(string command, params string[] options)
    {
        string mount = Directory.CreateDirectory(_workspace.At("mount/here")).Parent!.FullName;
        Tool refused = ZarrFsProcess.Run(
            [command, _slices, .. options.Select(option => option.Replace("SLICES", _slices, StringComparison.Ordinal).Replace("MOUNT", mount, StringComparison.Ordinal))]).Expect(exitCode: 2);
        Assert.StartsWith("zarrfs: --cache: ", refused.Error, StringComparison.Ordinal);
        Assert.Contains("directory of its own", refused.Error, StringComparison.Ordinal);
        Assert.Equal(["here"], Directory.GetFileSystemEntries(mount).Select(Path.GetFileName));
        Assert.All(Directory.GetFileSystemEntries(_slices), entry => Assert.EndsWith(".tif", entry, StringComparison.Ordinal));
    }

    [Fact]
    public void Of_a_source_that_has_changed_only_what_the_change_is_not_in_is_taken()
    {
        Warm("--levels", "all").Expect();
        string slice = Path.Combine(_slices, "0030.tif");
        File.WriteAllBytes(slice, PlainTiff.Page(Width, Height, new byte[2 * Width * Height]));
        File.SetLastWriteTimeUtc(slice, new DateTime(2031, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        ZarrFsProcess.Run("materialize", _slices, _workspace.At("plain.zarr"), "--chunk-size", "16").Expect();
        Tool made = ZarrFsProcess.Run("materialize", _slices, _workspace.At("cached.zarr"), "--chunk-size", "16", "--cache", _cache, "--from-cache").Expect();
        StoreFiles.AssertSame(StoreFiles.Of(_workspace.At("plain.zarr")), _workspace.At("cached.zarr"), "after a change");
        // All but the second of 5 layers of level 0, the first of 3 of level 1, the first of 2 of level 2, and level 3.
        Assert.Contains($"\n{(4 * 6 * 7) + (2 * 3 * 4) + (2 * 2)} chunks came from the cache", made.Output, StringComparison.Ordinal);
    }

    /// <summary>The one directory of a volume in the cache.</summary>
    private string Volume => Assert.Single(Directory.GetDirectories(_cache), path => path.EndsWith(".ome.zarr", StringComparison.Ordinal));

    private Tool Warm(params string[] options) =>
        ZarrFsProcess.Run(["warm", _slices, "--cache", _cache, "--cache-size", "1GB", "--chunk-size", "16", .. options]);

    /// <summary>Chunk files by now; of a cache in use, directories come and go.</summary>
    private int Files() => Directory.Exists(_cache) ? Directory.GetDirectories(_cache, "*.ome.zarr").Sum(volume => Count(Path.Combine(volume, "0"))) : 0;

    private static int Count(string level) => Directory.Exists(level) ? Directory.EnumerateFiles(level, "*", SearchOption.AllDirectories).Count() : 0;

    /// <summary>Chunk files with their hashes.</summary>
    private static string[] Chunks(string store, Func<int, bool> levels) =>
        [.. StoreFiles.Of(store).Where(line => line.Contains("/c/", StringComparison.Ordinal) && !line.EndsWith('/') && levels(line[0] - '0'))];

    /// <summary>All files of a store but its metadata.</summary>
    private static string[] Voxels(string store) => [.. StoreFiles.Of(store).Where(line => !line.Contains(".z", StringComparison.Ordinal))];

    private void Spoil()
    {
        foreach (string slice in Directory.GetFiles(_slices))
        {
            DateTime time = File.GetLastWriteTimeUtc(slice);
            byte[] other = File.ReadAllBytes(slice);
            other.AsSpan(other.Length - (2 * Width * Height)).Fill(77);
            File.WriteAllBytes(slice, other);
            File.SetLastWriteTimeUtc(slice, time);
        }
    }
}
