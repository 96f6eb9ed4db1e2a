using System.Globalization;
using BenchmarkDotNet.Running;
using ZarrFs.Bench;

// ZarrFs.Bench cold-chunk SOURCE MIB: end to end. Everything else is BenchmarkDotNet's: --filter '*'.
if (args is ["cold-chunk", string source, string mebibytes])
    ColdChunk.Run(source, long.Parse(mebibytes, CultureInfo.InvariantCulture) << 20);
else
    BenchmarkSwitcher.FromAssembly(typeof(ShortConfig).Assembly).Run(args, new ShortConfig());
