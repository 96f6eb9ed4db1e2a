using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ZarrFs.Core.Materialize.Stores;

namespace ZarrFs.Core.Materialize.Verifying;

/// <summary>Compares what a store's metadata say of its arrays with what they should say: only that by which chunks are found and decoded.</summary>
internal static class ArrayDocuments
{
    private const long MostBytes = 1 << 24;

    // For people: "<u2", not "\u003Cu2".
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] V2 = ["zarr_format", "shape", "dtype", "chunks", "compressor", "order", "fill_value", "filters", "dimension_separator"];
    private static readonly string[] V3 = ["zarr_format", "shape", "data_type", "chunk_grid", "chunk_key_encoding", "codecs", "fill_value"];

    public static void Compare(string store, IReadOnlyList<StoreDocument> documents, DifferenceList differences)
    {
        foreach (StoreDocument document in documents)
        {
            string name = document.Path[(document.Path.LastIndexOf('/') + 1)..];
            JsonNode? expected = name is ".zarray" or "zarr.json" ? JsonNode.Parse(document.Content) : null;
            if (expected is null || (name == "zarr.json" && (string?)expected["node_type"] != "array")) continue;
            foreach (string message in Compare(expected, Path.Combine(store, document.Path), name == ".zarray" ? V2 : V3))
                differences.Add(new StoreDifference(StoreDifferenceKind.Metadata, document.Path, message));
        }
    }

    private static IEnumerable<string> Compare(JsonNode expected, string path, string[] properties)
    {
        if (Read(path, out string? trouble) is not { } found) return [trouble!];
        return properties.Where(property => !JsonNode.DeepEquals(expected[property], found[property]))
            .Select(property => $"{property} is {Text(found, property)}, expected {Text(expected, property)}");
    }

    private static JsonObject? Read(string path, out string? trouble)
    {
        trouble = null;
        try
        {
            if (new FileInfo(path).Length > MostBytes) trouble = "is no metadata document: it is too long";
            else if (JsonNode.Parse(File.ReadAllBytes(path)) is JsonObject document) return document;
            else trouble = "is not a JSON object";
        }
        catch (FileNotFoundException)
        {
            trouble = "is missing";
        }
        catch (DirectoryNotFoundException)
        {
            trouble = "is missing";
        }
        catch (Exception failure) when (failure is JsonException || StoreFailures.IsFromSystem(failure))
        {
            trouble = $"cannot be read ({failure.Message})";
        }

        return null;
    }

    private static string Text(JsonNode document, string property) =>
        document.AsObject().TryGetPropertyValue(property, out JsonNode? value) ? value?.ToJsonString(Readable) ?? "null" : "not there";
}
