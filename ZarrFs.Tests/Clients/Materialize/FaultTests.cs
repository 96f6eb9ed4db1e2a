using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients.Materialize;

/// <summary>What disks and sources do in the middle of the work: an error that says how to go on, and going on gives the same bytes.</summary>
public sealed class FaultTests : IDisposable
{
    private const int Depth = 96, Height = 160, Width = 200;

    private readonly Workspace _workspace = new();
    private readonly string _slices;
    private readonly Lazy<string[]> _expected;

    public FaultTests()
    {
        _slices = ScanVolume.Write(_workspace.At("slices"), Depth, Height, Width);
        _expected = new(() =>
        {
            ZarrFsProcess.Run(Arguments(_slices, _workspace.At("whole.zarr"))).Expect();
            return StoreFiles.Of(_workspace.At("whole.zarr"));
        });
    }

    public void Dispose() => _workspace.Dispose();

    [ClientTheory(Needs.Root)]
    [InlineData("none")]
    [InlineData("end")]
    [InlineData("each")]
    public void A_full_disk_is_told_and_more_room_is_all_it_takes_to_go_on(string durability)
    {
        string disk = _workspace.Folder("disk"), store = Path.Combine(disk, "out.zarr");
        Tool.Run("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]).Expect();
        foreach (int megabytes in (int[])[2, 3])
        {
            Tool full = ZarrFsProcess.Run([.. Arguments(_slices, store), "--durability", durability]).Expect(exitCode: 1);
            Assert.Contains("same command", full.Error, StringComparison.Ordinal);
            Assert.Contains("room", full.Error, StringComparison.Ordinal);
            Assert.False(File.Exists(Path.Combine(store, ".zgroup")), "half a store must not look like one");
            Tool.Run("mount", ["-o", $"remount,size={megabytes}m", disk]).Expect();
        }

        Tool.Run("mount", ["-o", "remount,size=64m", disk]).Expect();
        ZarrFsProcess.Run([.. Arguments(_slices, store), "--durability", durability]).Expect();
        StoreFiles.AssertSame(_expected.Value, store, "after a full disk");
    }

    [ClientFact(Needs.Fuse)]
    public void A_source_whose_disk_breaks_is_an_error_and_when_it_is_mended_the_store_goes_on()
    {
        byte[][] files = [.. Enumerable.Range(0, Depth).Select(z => PlainTiff.Page(Width, Height, ScanVolume.Slice(z, Height, Width)))];
        string mount = _workspace.Folder("faulty"), store = _workspace.At("out.zarr");
        using var slices = new FaultySlices(mount, files);
        string[] arguments = [.. Arguments(mount, store), "--name", "slices"];
        int failures = 0;
        for (Tool? run = null; run is not { ExitCode: 0 }; failures++)
        {
            Assert.True(failures < 30, $"no progress\n{run?.Transcript}");
            slices.FailAfter(400);
            run = ZarrFsProcess.Run(arguments);
            if (run.ExitCode == 0) break;
            run.Expect(exitCode: 1);
            Assert.Contains("Input/output error", run.Error, StringComparison.Ordinal);
            Assert.Contains(".tif", run.Error, StringComparison.Ordinal);
            Assert.Contains("same command", run.Error, StringComparison.Ordinal);
        }

        Assert.True(failures > 1, $"it has read too little to fail: {failures}");
        StoreFiles.AssertSame(_expected.Value, store, "after a broken disk");
    }

    [Theory]
    [InlineData("fail")]
    [InlineData("fill")]
    public void A_source_that_vanishes_is_an_error_by_either_policy_and_when_it_is_back_the_store_goes_on(string policy)
    {
        string away = _workspace.At("away"), store = _workspace.At("out.zarr");
        string[] arguments = [.. Arguments(_slices, store), "--on-bad-slice", policy];

        // Few descriptors, so that slices are opened again and again.
        using (Running running = Running.StartLimited(200, arguments))
        {
            Mount.Eventually.True(() => running.HasExited || IsAtIt(store), "it has begun to write");
            Directory.Move(_slices, away);
            // Whatever was open could still be read; by chance that was all there was to read.
            if (running.WaitForExit() != 0) Assert.Contains(".tif", running.Error, StringComparison.Ordinal);
        }

        Directory.Move(away, _slices);
        if (Directory.Exists(Path.Combine(store, ".zarrfs"))) ZarrFsProcess.Run(arguments).Expect();
        StoreFiles.AssertSame(_expected.Value, store, "after the source was away");
    }

    [Fact]
    public void A_source_that_has_changed_since_is_not_mixed_with_what_it_was()
    {
        string store = _workspace.At("out.zarr");
        Running.Interrupt(Signals.Kill, () => IsAtIt(store), () => Directory.Delete(store, recursive: true), Arguments(_slices, store)).Dispose();
        File.WriteAllBytes(Path.Combine(_slices, "0050.tif"), PlainTiff.Page(Width, Height, ScanVolume.Slice(7, Height, Width)));
        Tool refused = ZarrFsProcess.Run(Arguments(_slices, store)).Expect(exitCode: 1);
        Assert.Contains("source", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--overwrite", refused.Error, StringComparison.Ordinal);
        ZarrFsProcess.Run([.. Arguments(_slices, store), "--overwrite"]).Expect();
        ZarrFsProcess.Run("verify", store, _slices).Expect();
    }

    /// <summary>Some is written, and something is left to be done.</summary>
    private static bool IsAtIt(string store) =>
        File.Exists(Path.Combine(store, ".zarrfs", "journal")) && Directory.Exists(Path.Combine(store, "0")) && Directory.EnumerateFiles(Path.Combine(store, "0"), "*", SearchOption.AllDirectories).Any();

    private static string[] Arguments(string slices, string store) => ["materialize", slices, store, "--chunk-size", "16"];
}
