using System.Text.Json;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients;

/// <summary>The running program builds levels while it serves.</summary>
public sealed class BackgroundBuildTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly string _slices;
    private readonly string _cache;

    public BackgroundBuildTests()
    {
        _slices = ScanVolume.Write(_workspace.At("slices"), 70, 90, 110);
        _cache = _workspace.At("cache");
    }

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Every_level_is_that_of_a_store_and_is_there_after_a_restart()
    {
        using (ZarrFsProcess first = Serve())
        {
            JsonElement volume = await Done(first);
            Assert.Equal([1, 2, 3], volume.GetProperty("build").GetProperty("levels").EnumerateArray().Select(level => level.GetInt32()));
            foreach (JsonElement level in volume.GetProperty("levels").EnumerateArray().Skip(1))
                Assert.Equal(level.GetProperty("chunks").GetInt64(), level.GetProperty("final").GetInt64());
            Assert.Equal(JsonValueKind.Null, volume.GetProperty("levels")[0].GetProperty("final").ValueKind);
            first.Stop(); // its log may come late
            Assert.Contains("levels 1–3 are built in the background", first.ErrorLog, StringComparison.Ordinal);
        }

        ZarrFsProcess.Run("materialize", _slices, _workspace.At("store.ome.zarr"), "--chunk-size", "16", "--format", "0.5").Expect();
        string volumeInCache = Assert.Single(Directory.GetDirectories(_cache, "*.ome.zarr"));
        Assert.Equal(Chunks(_workspace.At("store.ome.zarr")), Chunks(volumeInCache));
        using (ZarrFsProcess second = Serve())
        {
            JsonElement volume = await Done(second);
            Assert.Equal(0, volume.GetProperty("build").GetProperty("rate").GetDouble()); // nothing was read
            second.Stop();
        }
    }

    [Fact]
    public async Task Killed_in_the_middle_it_goes_on()
    {
        string large = ScanVolume.Write(_workspace.At("large"), 200, 360, 400);
        for (int kill = 0; kill < 3; kill++)
        {
            using ZarrFsProcess process = Serve(large);
            int before = Count();
            Mount.Eventually.True(() => Count() > before + 10 || Count() >= 400, "it builds");
            process.Signal(Signals.Kill);
            process.WaitForExit();
        }

        using (ZarrFsProcess last = Serve(large))
        {
            await Done(last);
            last.Stop();
        }

        ZarrFsProcess.Run("materialize", large, _workspace.At("store.ome.zarr"), "--chunk-size", "16", "--format", "0.5").Expect();
        Assert.Equal(Chunks(_workspace.At("store.ome.zarr")), Chunks(Assert.Single(Directory.GetDirectories(_cache, "*.ome.zarr"))));
    }

    [Theory]
    [InlineData("off", "1GB", "")]
    [InlineData("levels>=1", "1MB", "levels 2–5 are built")] // level 1 alone takes 3.3
    public async Task What_is_not_built_is_told(string build, string size, string told)
    {
        string large = ScanVolume.Write(_workspace.At("large"), 120, 300, 300);
        using ZarrFsProcess process = Serve(large, size, "--build-pyramid", build);
        using JsonDocument status = JsonDocument.Parse(await process.GetAsync("status"));
        JsonElement state = status.RootElement.GetProperty("volumes")[0].GetProperty("build");
        if (told.Length == 0) Assert.Equal(JsonValueKind.Null, state.ValueKind);
        else Mount.Eventually.True(() => process.ErrorLog.Contains(told, StringComparison.Ordinal), told);
        process.Stop();
    }

    private ZarrFsProcess Serve(string? source = null, string size = "1GB", params string[] options) =>
        ZarrFsProcess.Start(["serve", source ?? _slices, "--listen", "127.0.0.1:0", "--cache", _cache, "--cache-size", size, "--chunk-size", "16", .. options]);

    /// <summary>The only volume's status once it is built.</summary>
    private static async Task<JsonElement> Done(ZarrFsProcess process)
    {
        for (int i = 0; i < 6000; i++)
        {
            using JsonDocument status = JsonDocument.Parse(await process.GetAsync("status"));
            JsonElement volume = status.RootElement.GetProperty("volumes")[0];
            if (volume.GetProperty("build").GetProperty("state").GetString() == "done") return volume.Clone();
            await Task.Delay(50);
        }

        Assert.Fail($"it was never done\n{process.Log}");
        return default;
    }

    private int Count()
    {
        string[] volumes = Directory.Exists(_cache) ? Directory.GetDirectories(_cache, "*.ome.zarr") : [];
        return volumes.Length == 0 ? 0 : Directory.GetDirectories(volumes[0], "?").Sum(level => Directory.EnumerateFiles(level, "*", SearchOption.AllDirectories).Count());
    }

    /// <summary>Chunk files of levels from 1 on, with their hashes.</summary>
    private static string[] Chunks(string store) =>
        [.. StoreFiles.Of(store).Where(line => line.Contains("/c/", StringComparison.Ordinal) && !line.EndsWith('/') && line[0] != '0')];
}
