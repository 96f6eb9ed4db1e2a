using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace ZarrFs.Bench;

/// <summary>
/// Input bytes a second (bytes a nanosecond are GB/s) in the fastest iteration: whatever else runs on the machine can only slow it down.
/// </summary>
internal sealed class ThroughputColumn : IColumn
{
    public string Id => nameof(ThroughputColumn);

    public string ColumnName => "GB/s";

    public string Legend => "Input read, in 10^9 bytes a second, in the fastest iteration";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Statistics;

    public int PriorityInCategory => 100;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        if (summary[benchmarkCase]?.ResultStatistics is not { } statistics) return "?";
        Type type = benchmarkCase.Descriptor.Type;
        var benchmark = (IThroughput)Activator.CreateInstance(type)!;
        foreach (var parameter in benchmarkCase.Parameters.Items) type.GetProperty(parameter.Name)!.SetValue(benchmark, parameter.Value);
        return (benchmark.Bytes / statistics.Min).ToString("0.0", CultureInfo.InvariantCulture);
    }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public bool IsAvailable(Summary summary) => true;
}
