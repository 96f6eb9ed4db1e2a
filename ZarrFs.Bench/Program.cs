using System.Globalization;
using BenchmarkDotNet.Running;
using ZarrFs.Bench;

// ZarrFs.Bench cold-chunk SOURCE MIB, cold-slab SLICES MIB: end to end. Everything else is BenchmarkDotNet's: --filter '*'.
if (args is ["cold-chunk", string source, string mebibytes])
    ColdChunk.Run(source, long.Parse(mebibytes, CultureInfo.InvariantCulture) << 20);
else if (args is ["cold-slab", string slices, string budget])
    ColdSlab.Run(slices, long.Parse(budget, CultureInfo.InvariantCulture) << 20);
else
    BenchmarkSwitcher.FromAssembly(typeof(ShortConfig).Assembly).Run(args, new ShortConfig());
