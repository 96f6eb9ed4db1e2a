using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace ZarrFs.Host.Http.Metering;

/// <summary>Prometheus' text exposition format, version 0.0.4.</summary>
internal static class PrometheusText
{
    /// <summary>The media type.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>A metric's name: dots are underscores, the unit is the end, and a counter's end is <c>_total</c>.</summary>
    public static string NameOf(Instrument instrument)
    {
        StringBuilder name = new(instrument.Name.Length + 16);
        foreach (char c in instrument.Name) name.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        Append(instrument.Unit switch { "By" => "_bytes", "s" => "_seconds", _ => "" });
        if (IsCounter(instrument)) Append("_total");
        return name.ToString();

        void Append(string end)
        {
            if (!name.ToString().EndsWith(end, StringComparison.Ordinal)) name.Append(end);
        }
    }

    /// <summary>Whether it only rises.</summary>
    public static bool IsCounter(Instrument instrument) => IsOf(instrument, typeof(Counter<>)) || IsOf(instrument, typeof(ObservableCounter<>));

    /// <summary>Whether it is a histogram.</summary>
    public static bool IsHistogram(Instrument instrument) => IsOf(instrument, typeof(Histogram<>));

    /// <summary>Whether what it measures are changes, and not the state.</summary>
    public static bool IsChange(Instrument instrument) => IsOf(instrument, typeof(Counter<>)) || IsOf(instrument, typeof(UpDownCounter<>));

    /// <summary>The two lines before a metric's samples.</summary>
    public static void AppendHead(StringBuilder text, string name, string type, string? help)
    {
        text.Append("# HELP ").Append(name).Append(' ').Append(Escape(help ?? "", quotes: false)).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    /// <summary>One sample.</summary>
    public static void AppendSample(StringBuilder text, string name, string labels, double value) =>
        text.Append(name).Append(labels.Length > 0 ? $"{{{labels}}}" : "").Append(' ').Append(Number(value)).Append('\n');

    /// <summary>A metric without labels.</summary>
    public static void AppendMetric(StringBuilder text, string name, string type, string help, double value)
    {
        AppendHead(text, name, type, help);
        AppendSample(text, name, "", value);
    }

    /// <summary><c>kind="chunk",status="2xx"</c>, in the order of the names.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty) return "";
        List<string> labels = new(tags.Length);
        foreach ((string key, object? value) in tags)
            labels.Add($"{string.Concat(key.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'))}=\"{Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "", quotes: true)}\"");
        labels.Sort(StringComparer.Ordinal);
        return string.Join(',', labels);
    }

    /// <summary>As the format writes it: <c>+Inf</c>, <c>NaN</c>.</summary>
    public static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    private static bool IsOf(Instrument instrument, Type kind) => instrument.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == kind;

    private static string Escape(string text, bool quotes)
    {
        text = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text;
    }
}
