using System.Globalization;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients.Materialize;

/// <summary>The limit on memory is one on the whole process: what the system counts as its peak.</summary>
public sealed class MemoryTests : IDisposable
{
    private const string Measure =
        "import resource, subprocess, sys; code = subprocess.call(sys.argv[1:]); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024); sys.exit(code)";

    private readonly Workspace _workspace = new();
    private readonly string _slices;

    public MemoryTests() => _slices = ScanVolume.Write(_workspace.At("slices"), 200, 700, 1200);

    public void Dispose() => _workspace.Dispose();

    [ClientTheory(Needs.Python)]
    [InlineData("0.16")]
    [InlineData("0.2")]
    [InlineData("0.3")]
    [InlineData("0.3", "--compression", "blosc:zstd:1", "--verify")]
    [InlineData("0.3", "--compression", "zstd:19", "--ranges", ",0:256,0:128")]
    [InlineData("0.3", "--downsample", "gaussian")]
    public void The_process_never_takes_more_than_it_may(string gigabytes, params string[] options)
    {
        Tool run = Tool.Run(
            Script.Python, ["-c", Measure, ZarrFsProcess.Executable, "materialize", _slices, _workspace.At("out.zarr"), "--max-gb", gigabytes, .. options], seconds: 600).Expect();
        long peak = long.Parse(run.Output.Trim().Split('\n')[^1], CultureInfo.InvariantCulture);
        Assert.InRange(peak, 1, (long)(double.Parse(gigabytes, CultureInfo.InvariantCulture) * 1e9));
    }

    [Fact]
    public void A_limit_that_is_too_small_is_told_with_what_is_needed_and_that_is_enough()
    {
        string store = _workspace.At("out.zarr");
        Tool refused = ZarrFsProcess.Run("materialize", _slices, store, "--max-gb", "0.118").Expect(exitCode: 2);
        string needed = refused.Error.Split("at least ")[1].Split(' ')[0];
        Assert.False(Directory.Exists(store));
        ZarrFsProcess.Run("materialize", _slices, store, "--max-gb", needed).Expect();
    }
}
