using System.Text;
using System.Text.Json;

namespace ZarrFs.Host.Progress;

/// <summary>One JSON object a line, each second and at the end of each stage: <c>docs/SEMANTICS.md</c> says what its members mean.</summary>
internal sealed class JsonDisplay(TextWriter output) : ProgressDisplay
{
    /// <inheritdoc/>
    protected override TimeSpan Interval => TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override void Show(ProgressSample sample, RateMeter meter, bool ended)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("stage", sample.Stage);
            json.WriteNumber("share", Math.Round(sample.Share, 6));
            json.WriteNumber("done", sample.Done);
            json.WriteNumber("skipped", sample.Skipped);
            json.WriteNumber("total", sample.Total);
            json.WriteNumber("written", sample.Written);
            json.WriteNumber("chunks", sample.Chunks);
            json.WriteNumber("empty", sample.Empty);
            json.WriteNumber("seconds", Math.Round(meter.Elapsed.TotalSeconds, 3));
            if (sample.Share < 1 && meter.Left is { } left) json.WriteNumber("left", Math.Round(left.TotalSeconds, 1));
            else json.WriteNull("left");
            json.WriteString("place", sample.Place);
            json.WriteBoolean("ended", ended);
            json.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
    }
}
