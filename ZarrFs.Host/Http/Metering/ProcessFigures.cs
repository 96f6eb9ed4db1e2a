using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ZarrFs.Host.Http.Metering;

/// <summary>What the process takes of the machine, under the names that Prometheus' own clients use.</summary>
internal static class ProcessFigures
{
    public static void Append(StringBuilder text)
    {
        using var process = Process.GetCurrentProcess();
        double started = (process.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds;
        PrometheusText.AppendMetric(text, "process_cpu_seconds_total", "counter", "Processor time, user and system", process.TotalProcessorTime.TotalSeconds);
        PrometheusText.AppendMetric(text, "process_resident_memory_bytes", "gauge", "Memory in use, resident", process.WorkingSet64);
        PrometheusText.AppendMetric(text, "process_virtual_memory_bytes", "gauge", "Address space in use", process.VirtualMemorySize64);
        PrometheusText.AppendMetric(text, "process_start_time_seconds", "gauge", "When the process began, since 1970", started);
        PrometheusText.AppendMetric(text, "process_threads", "gauge", "Threads", process.Threads.Count);
        PrometheusText.AppendMetric(text, "dotnet_heap_bytes", "gauge", "Bytes of the collected heap in use", GC.GetTotalMemory(forceFullCollection: false));
        PrometheusText.AppendMetric(text, "dotnet_gc_pause_seconds_total", "counter", "Time that collections took", GC.GetTotalPauseDuration().TotalSeconds);
        PrometheusText.AppendHead(text, "dotnet_gc_collections_total", "counter", "Collections, by generation");
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            string label = string.Create(CultureInfo.InvariantCulture, $"generation=\"{generation}\"");
            PrometheusText.AppendSample(text, "dotnet_gc_collections_total", label, GC.CollectionCount(generation));
        }
    }
}
