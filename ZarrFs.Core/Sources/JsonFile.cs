using System.Text.Json;
using System.Text.Unicode;
using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Sources;

/// <summary>A file that holds one JSON object, as it lay on the disk when it was read. All text in it is valid Unicode.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Modified">Time of its last change, UTC.</param>
/// <param name="Root">The object.</param>
internal sealed record JsonFile(byte[] Content, DateTime Modified, JsonElement Root)
{
    /// <summary>Reads a file; null if there is none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="longest">Most bytes that it may have.</param>
    /// <param name="root">Where it may lie.</param>
    /// <exception cref="SourceException">It cannot be read, lies elsewhere, is too long, or is no JSON object.</exception>
    public static JsonFile? Find(string path, int longest, SourceRoot root)
    {
        if (!File.Exists(path)) return null;
        try
        {
            FileInfo file = new(path);
            if (file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target) file = target;
            if (file.Length is 0 || file.Length > longest) throw new SourceException(path, $"has {file.Length} bytes, expected a JSON object of at most {longest}");
            byte[] content = Read(path, longest, root);
            ReadOnlyMemory<byte> text = content.AsSpan().StartsWith("\uFEFF"u8) ? content.AsMemory(3) : content;
            using JsonDocument document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new SourceException(path, $"found a JSON {document.RootElement.ValueKind}, expected an object");
            CheckUnicode(path, text.Span);
            return new JsonFile(content, file.LastWriteTimeUtc, document.RootElement.Clone());
        }
        catch (JsonException failure)
        {
            throw new SourceException(path, $"is not valid JSON: {failure.Message}", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SourceException(path, $"cannot be read: {failure.Message}", failure);
        }
    }

    private static byte[] Read(string path, int longest, SourceRoot root)
    {
        using FileStream stream = File.OpenRead(path);
        root.Check(stream.SafeFileHandle, path);
        byte[] content = new byte[Math.Min(stream.Length, longest)];
        stream.ReadExactly(content);
        return content;
    }

    /// <summary>The parser takes any bytes for text, and stumbles when the text is asked for: here is where a file can still be named.</summary>
    private static void CheckUnicode(string path, ReadOnlySpan<byte> text)
    {
        if (!Utf8.IsValid(text)) throw new SourceException(path, "is not UTF-8, as JSON is; save it again in that encoding");
        Utf8JsonReader reader = new(text);
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName) || !reader.ValueIsEscaped) continue;
            try
            {
                _ = reader.GetString();
            }
            catch (InvalidOperationException failure)
            {
                throw new SourceException(path, $"has text at byte {reader.TokenStartIndex} that is no valid Unicode: half of a surrogate pair", failure);
            }
        }
    }
}
