using System.Globalization;
using System.Text;

namespace ZarrFs.Host.Http.Page;

/// <summary>What the start page says of the program itself.</summary>
internal static class ServiceSection
{
    public static void AppendCache(StringBuilder html, ServedContent content)
    {
        long provisional = content.Provisional?.Invoke() ?? 0;
        CacheFacts? cache = content.Cache?.Invoke();
        if (cache is null && provisional == 0) return;
        html.Append("<section class=\"panel\" aria-labelledby=\"cache\"><h2 id=\"cache\">Cache</h2><dl class=\"facts\">\n");
        if (cache is not null)
        {
            double share = (double)cache.Bytes / Math.Max(1, cache.MaxBytes);
            if (cache.Directory is { } directory) html.Append($"<div><dt>Directory</dt><dd>{Html.Text(directory)}</dd></div>\n");
            html.Append($"<div><dt>Full</dt><dd data-full>{Html.Bar(share, "The disk cache is full to")} <span data-cache>{Amounts.Bytes(cache.Bytes)}</span> of {Amounts.Bytes(cache.MaxBytes)}</dd></div>\n")
                .Append(CultureInfo.InvariantCulture, $"<div><dt>Chunks asked for</dt><dd><span data-hits>{cache.Hits}</span> there, <span data-misses>{cache.Misses}</span> not</dd></div>\n");
        }

        if (provisional > 0) html.Append(CultureInfo.InvariantCulture, $"<div><dt>Shown as previews</dt><dd>{provisional} chunks, until the exact ones are there</dd></div>\n");
        html.Append("</dl></section>\n");
    }

    public static void Append(StringBuilder html, ServiceFacts service, bool isPart, string server)
    {
        html.Append("<section class=\"panel\" id=\"service\" aria-labelledby=\"service-title\"><h2 id=\"service-title\">Service</h2><dl class=\"facts\">\n");
        AppendFact("Version", service.Version);
        AppendFact("Running for", Amounts.Time(service.Uptime), "uptime");
        if (!isPart)
        {
            AppendFact("Requests", Html.Count(service.Requests), "requests");
            AppendFact("Connections", Html.Count(service.Connections), "connections");
            AppendFact("Sent", $"{Amounts.Bytes(service.SentBytes)}, now {Amounts.Bytes(service.SentRate)}/s", "sent");
            AppendFact("Memory", $"{Amounts.Bytes(service.MemoryUsed)} of {Amounts.Bytes(service.MemoryBudget)}", "memory");
        }

        // No links: programs that follow all of this page's take it for the list of a directory.
        html.Append("</dl>\n<p class=\"hint\">For programs:");
        foreach (string path in (string[])["?format=json", "status", "healthz", isPart ? "" : "metrics"])
        {
            if (path.Length > 0) html.Append($" <code>{Html.Text($"{server}/{path}")}</code>");
        }

        html.Append("</p></section>\n");

        void AppendFact(string name, string value, string? mark = null) =>
            html.Append($"<div><dt>{name}</dt><dd{(mark is null ? "" : $" data-{mark}")}>{Html.Text(value)}</dd></div>\n");
    }
}
