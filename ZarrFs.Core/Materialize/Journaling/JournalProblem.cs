using System.Buffers;
using System.Text;
using System.Text.Json;
using ZarrFs.Core.Sources;

namespace ZarrFs.Core.Materialize.Journaling;

/// <summary>A journal's record of a slice that is missing or bad.</summary>
internal static class JournalProblem
{
    public static string Format(SourceProblem problem)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("kind", problem.Kind.ToString());
            writer.WriteNumber("z", problem.Z);
            writer.WriteNumber("depth", problem.Depth);
            writer.WriteString("path", problem.Path);
            writer.WriteString("message", problem.Message);
            if (problem.T is { } t) writer.WriteNumber("t", t);
            if (problem.C is { } c) writer.WriteNumber("c", c);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Reads what <see cref="Format"/> has written; null if it is something else.</summary>
    public static SourceProblem? Parse(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            return new SourceProblem(
                Enum.Parse<SourceProblemKind>(root.GetProperty("kind").GetString() ?? ""), root.GetProperty("z").GetInt64(),
                root.GetProperty("depth").GetInt64(), root.GetProperty("path").GetString() ?? "", root.GetProperty("message").GetString() ?? "")
            {
                T = root.TryGetProperty("t", out JsonElement t) ? t.GetInt64() : null,
                C = root.TryGetProperty("c", out JsonElement c) ? c.GetInt64() : null,
            };
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            return null;
        }
    }
}
