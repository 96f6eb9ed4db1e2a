using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace ZarrFs.Bench;

/// <summary>Everything in this process and in under three minutes: enough to see a kernel fall from memory's speed.</summary>
internal sealed class ShortConfig : ManualConfig
{
    public ShortConfig()
    {
        AddJob(Job.Default
            .WithToolchain(InProcessEmitToolchain.Instance)
            .WithWarmupCount(2)
            .WithIterationCount(20)
            .WithIterationTime(TimeInterval.FromMilliseconds(50)));
        AddColumn(TargetMethodColumn.Method, StatisticColumn.Mean, StatisticColumn.StdDev, StatisticColumn.Min, new ThroughputColumn());
        AddColumnProvider(DefaultColumnProviders.Params);
        AddLogger(ConsoleLogger.Default);
        AddExporter(MarkdownExporter.GitHub);
    }
}
