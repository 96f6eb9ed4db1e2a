using System.Diagnostics;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients.Materialize;

/// <summary>Stopped at any moment, by a signal or by force, and started again: the store is the one of an uninterrupted run, to the byte.</summary>
public sealed class InterruptedTests : IDisposable
{
    private const int Depth = 200, Height = 360, Width = 400;

    private readonly Workspace _workspace = new();
    private readonly string _slices;
    private readonly string[] _expected;
    private readonly TimeSpan _whole;

    public InterruptedTests()
    {
        _slices = ScanVolume.Write(_workspace.At("slices"), Depth, Height, Width);
        long start = Stopwatch.GetTimestamp();
        ZarrFsProcess.Run(Arguments("whole.zarr")).Expect();
        _whole = Stopwatch.GetElapsedTime(start);
        _expected = StoreFiles.Of(_workspace.At("whole.zarr"));
    }

    /// <summary>How often the program is killed: more where somebody wants to be sure.</summary>
    private static int Kills => int.TryParse(Environment.GetEnvironmentVariable("ZARRFS_TEST_KILLS"), out int kills) ? kills : 10;

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void Killed_at_random_instants_it_goes_on_and_ends_with_the_same_bytes()
    {
        var random = new Random(4);
        for (int i = 0; i < Kills; i++)
        {
            TimeSpan after = _whole * (i + random.NextDouble()) / Kills;
            Kill("killed.zarr", after);
            GoOn("killed.zarr");
            StoreFiles.AssertSame(_expected, _workspace.At("killed.zarr"), $"killed after {after.TotalMilliseconds} ms");
            Directory.Delete(_workspace.At("killed.zarr"), recursive: true);
        }
    }

    /// <summary>Every way of walking and writing is killed: slab by slab for a kernel, decoded slices, encoded chunks, levels put into a store that is there.</summary>
    [ClientTheory(Needs.Python)]
    [InlineData("--downsample", "gaussian")]
    [InlineData("--format", "0.5", "--compression", "blosc:zstd:1")]
    [InlineData("--name", "packed")]
    [InlineData("--rebuild", "--downsample", "max")]
    public void Killed_in_any_kind_of_work_it_goes_on_and_ends_with_the_same_bytes(params string[] options)
    {
        bool isExtension = options[0] == "--rebuild";
        string source = options[^1] == "packed" ? Pack() : _slices;
        string[] Command(string store) =>
            isExtension ? ["materialize", source, _workspace.At(store), .. options] : ["materialize", source, _workspace.At(store), "--chunk-size", "32", .. options];
        if (isExtension) Copy("whole.zarr", "expected.zarr");
        long start = Stopwatch.GetTimestamp();
        ZarrFsProcess.Run(Command("expected.zarr")).Expect();
        TimeSpan whole = Stopwatch.GetElapsedTime(start);
        string[] expected = StoreFiles.Of(_workspace.At("expected.zarr"));
        int kills = Math.Max(2, Kills / 5);
        for (int i = 0; i < kills; i++)
        {
            if (isExtension) Copy("whole.zarr", "killed.zarr");
            TimeSpan after = whole * (i + 0.7) / kills;
            using (Running running = Running.Start(Command("killed.zarr")))
            {
                if (!running.WaitForExit(after)) running.Signal(Signals.Kill);
                running.WaitForExit();
            }

            bool isWhole = !isExtension && !File.Exists(_workspace.At("killed.zarr", ".zarrfs", "journal")) && Directory.Exists(_workspace.At("killed.zarr", "0"));
            ZarrFsProcess.Run(Command("killed.zarr")).Expect(isWhole ? 1 : 0);
            StoreFiles.AssertSame(expected, _workspace.At("killed.zarr"), $"{string.Join(' ', options)} killed after {after.TotalMilliseconds} ms");
            Directory.Delete(_workspace.At("killed.zarr"), recursive: true);
        }
    }

    [Fact]
    public void Killed_again_and_again_it_gets_to_the_end()
    {
        for (int i = 0; i < 6; i++) Kill("often.zarr", _whole / 2);
        GoOn("often.zarr");
        StoreFiles.AssertSame(_expected, _workspace.At("often.zarr"), "killed six times");
    }

    [Fact]
    public void Killed_while_it_finishes_it_goes_on_and_ends_with_the_same_bytes()
    {
        foreach (string last in (string[])["0/.zarray", ".zattrs", ".zgroup"])
        {
            string store = _workspace.At("finishing.zarr");
            using (Running running = Running.Start(Arguments("finishing.zarr")))
            {
                while (!File.Exists(Path.Combine(store, last)) && !running.HasExited)
                {
                    // As soon as it is there: waiting politely would be too late.
                }

                running.Signal(Signals.Kill);
                running.WaitForExit();
            }

            GoOn("finishing.zarr");
            StoreFiles.AssertSame(_expected, store, $"killed at {last}");
            Directory.Delete(store, recursive: true);
        }
    }

    [Theory]
    [InlineData(Signals.Interrupt)]
    [InlineData(Signals.Terminate)]
    public void A_signal_leaves_a_store_that_the_same_command_continues(int signal)
    {
        using Running running = Interrupt("stopped.zarr", signal);
        Assert.True(running.ExitCode == 130, $"exit code {running.ExitCode}\n{running.Error}");
        Assert.Contains("same command", running.Error, StringComparison.Ordinal);
        Assert.Matches(@"\d %", running.Error);
        Assert.False(File.Exists(_workspace.At("stopped.zarr", ".zgroup")), "half a store must not look like one");

        Tool again = ZarrFsProcess.Run(Arguments("stopped.zarr")).Expect();
        Assert.Matches(@"[Cc]ontinuing: \d+ % done", again.Error);
        StoreFiles.AssertSame(_expected, _workspace.At("stopped.zarr"), "stopped by a signal");
    }

    [Fact]
    public void Other_options_on_a_store_that_was_begun_are_refused_and_nothing_is_lost()
    {
        Interrupt("begun.zarr", Signals.Kill).Dispose();
        string[] before = Chunks("begun.zarr");
        Tool refused = ZarrFsProcess.Run([.. Arguments("begun.zarr"), "--downsample", "max"]).Expect(exitCode: 1);
        Assert.Contains("--downsample", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--overwrite", refused.Error, StringComparison.Ordinal);
        Assert.Equal(before, Chunks("begun.zarr"));
        ZarrFsProcess.Run(Arguments("begun.zarr")).Expect();
        StoreFiles.AssertSame(_expected, _workspace.At("begun.zarr"), "after a refusal");
    }

    [Fact]
    public void Two_programs_on_one_store_do_not_meet()
    {
        using Running first = Running.Start(Arguments("shared.zarr"));
        Tool second = ZarrFsProcess.Run(Arguments("shared.zarr"));
        first.WaitForExit();
        // Whoever came second was told so; if it came after the end, that there is a store.
        Assert.Equal([0, 1], ((int[])[first.ExitCode, second.ExitCode]).Order());
        Assert.Contains("shared.zarr", first.ExitCode == 1 ? first.Error : second.Error, StringComparison.Ordinal);
        StoreFiles.AssertSame(_expected, _workspace.At("shared.zarr"), "two at once");
    }

    /// <summary>All that a store has by now, without what its writer keeps for itself.</summary>
    private string[] Chunks(string store) => [.. StoreFiles.Of(_workspace.At(store)).Where(file => !file.StartsWith(".zarrfs", StringComparison.Ordinal))];

    private string[] Arguments(string store) => ["materialize", _slices, _workspace.At(store), "--chunk-size", "32"];

    /// <summary>The same slices with LZW, which must be decoded whole.</summary>
    private string Pack()
    {
        Tool.Run(Script.Python, ["-c", """
            import os, sys
            from PIL import Image
            os.makedirs(sys.argv[2])
            for name in os.listdir(sys.argv[1]): Image.open(f'{sys.argv[1]}/{name}').save(f'{sys.argv[2]}/{name}', compression='tiff_lzw')
            """, _slices, _workspace.At("packed")]).Expect();
        return _workspace.At("packed");
    }

    private void Copy(string from, string to) => Tool.Run("cp", ["-r", _workspace.At(from), _workspace.At(to)]).Expect();

    /// <summary>Runs it, and kills it unless it has ended before.</summary>
    private void Kill(string store, TimeSpan after)
    {
        using Running running = Running.Start(Arguments(store));
        if (!running.WaitForExit(after)) running.Signal(Signals.Kill);
        running.WaitForExit();
    }

    /// <summary>Runs it, and sends it a signal in the midst of its work.</summary>
    private Running Interrupt(string store, int signal) => Running.Interrupt(
        signal,
        () => Directory.Exists(_workspace.At(store, "0")) && File.Exists(_workspace.At(store, ".zarrfs", "journal")),
        () =>
        {
            StoreFiles.AssertSame(_expected, _workspace.At(store), "done before the signal came");
            Directory.Delete(_workspace.At(store), recursive: true);
        },
        Arguments(store));

    /// <summary>Runs it to its end; the one refusal that is right is that of a store that is whole.</summary>
    private void GoOn(string store)
    {
        bool isWhole = File.Exists(_workspace.At(store, ".zgroup")) && !File.Exists(_workspace.At(store, ".zarrfs", "journal"));
        Tool again = ZarrFsProcess.Run(Arguments(store)).Expect(isWhole ? 1 : 0);
        if (isWhole) Assert.Contains("is a Zarr store already", again.Error, StringComparison.Ordinal);
    }
}
