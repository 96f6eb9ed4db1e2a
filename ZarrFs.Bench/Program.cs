using System.Globalization;
using BenchmarkDotNet.Running;
using ZarrFs.Bench;
using ZarrFs.Tests.Corpus;
using ZarrFs.Tests.Fuzz;
using ZarrFs.Tests.Materialize;

// ZarrFs.Bench cold-chunk SOURCE MIB, cold-slab SLICES MIB: end to end. ZarrFs.Bench fuzz --help: the fuzzer.
// ZarrFs.Bench build-pyramid SOURCE MIB METHOD [DIRECTORY]: all levels, thrown away.
// ZarrFs.Bench preview-quality SOURCE [--out PGM]: previews beside the exact levels.
// ZarrFs.Bench peer-volumes DIRECTORY: what peers/scroll2zarr_sums.py converts.
// ZarrFs.Bench formats DIRECTORY: the table in docs/FORMATS.md.
// Everything else is BenchmarkDotNet's: --filter '*'.
switch (args)
{
    case ["cold-chunk", string source, string mebibytes]:
        ColdChunk.Run(source, long.Parse(mebibytes, CultureInfo.InvariantCulture) << 20);
        return 0;
    case ["cold-slab", string slices, string budget]:
        ColdSlab.Run(slices, long.Parse(budget, CultureInfo.InvariantCulture) << 20);
        return 0;
    case ["build-pyramid", string source, string budget, string method, ..]:
        BuildPyramid.Run(source, long.Parse(budget, CultureInfo.InvariantCulture) << 20, Enum.Parse<ZarrFs.Core.Pyramid.DownsampleMethod>(method, ignoreCase: true), args.ElementAtOrDefault(4));
        return 0;
    case ["preview-quality", string source]:
        PreviewQuality.Run(source, null);
        return 0;
    case ["preview-quality", string source, "--out", string picture]:
        PreviewQuality.Run(source, picture);
        return 0;
    case ["fuzz", ..]:
        return FuzzCommand.Create().Parse(args[1..]).Invoke();
    case ["fuzz-worker", string work, string finds, string seed, string first, string minutes, string corpus]:
        FuzzRun.Work(
            work, finds, int.Parse(seed, CultureInfo.InvariantCulture), long.Parse(first, CultureInfo.InvariantCulture),
            double.Parse(minutes, CultureInfo.InvariantCulture), corpus.Length == 0 ? null : corpus);
        return 0;
    case ["peer-volumes", string directory]:
        foreach (PeerVolume volume in PeerVolume.All) volume.Write(directory);
        return 0;
    case ["formats", string data]:
        Environment.SetEnvironmentVariable(TestData.Variable, Path.GetFullPath(data));
        FormatTable.Write();
        return 0;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(ShortConfig).Assembly).Run(args, new ShortConfig());
        return 0;
}
