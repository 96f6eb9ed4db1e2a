using BenchmarkDotNet.Running;
using ZarrFs.Bench;

BenchmarkSwitcher.FromAssembly(typeof(ShortConfig).Assembly).Run(args, new ShortConfig());
