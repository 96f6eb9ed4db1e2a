using System.Collections.Frozen;
using System.Text.Json;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources.Zarr;

/// <summary>Reads the <c>zarr.json</c> of an array.</summary>
internal static class ZarrArrayV3
{
    private const string Truth = "bool";

    private static readonly FrozenSet<string> Known = FrozenSet.Create(
        StringComparer.Ordinal,
        "zarr_format", "node_type", "shape", "data_type", "chunk_grid", "chunk_key_encoding", "fill_value", "codecs", "attributes", "dimension_names",
        "storage_transformers");

    /// <exception cref="SourceException">The document is not that of an array that can be read.</exception>
    public static ZarrArray Read(string directory, ZarrDocument document)
    {
        JsonElement format = document.Required("zarr_format");
        if (format.ValueKind != JsonValueKind.Number || format.GetRawText() != "3") throw document.Wrong("zarr_format", format, "3");
        JsonElement node = document.Required("node_type");
        if (node.ValueKind != JsonValueKind.String || !node.ValueEquals("array")) throw document.Wrong("node_type", node, "\"array\" or \"group\"");
        CheckExtensions(document);
        DataType type = Type(document);
        JsonElement fill = document.Required("fill_value");
        long[] shape = document.Numbers("shape", document.Required("shape"), least: 0);
        ChunkPipeline pipeline = ChunkPipeline.Read(document, shape.Length, type);
        return new ZarrArray
        {
            Directory = directory,
            Document = document,
            Format = 3,
            Shape = shape,
            Chunk = Chunk(document),
            Order = pipeline.Order,
            DataType = type,
            IsTruth = document.Required("data_type").ValueEquals(Truth),
            IsBigEndian = pipeline.IsBigEndian,
            Fill = (fill.ValueKind == JsonValueKind.Null ? null : FillValue.Parse(fill, type))
                ?? throw document.Wrong("fill_value", fill, $"one that {type.Name()} can hold"),
            Keys = Keys(document),
            Codecs = pipeline.Codecs,
            Names = Names(document, shape.Length),
        };
    }

    /// <summary>The name of an extension point: <c>{"name": "regular", "configuration": {…}}</c>, or the name alone; and its configuration.</summary>
    public static (string Name, JsonElement Configuration) Named(ZarrDocument document, string field, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String) return (value.GetString()!, default);
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty("name", out JsonElement name) || name.ValueKind != JsonValueKind.String)
            throw document.Wrong(field, value, "an object with a name");
        JsonElement configuration = default;
        if (value.TryGetProperty("configuration", out configuration) && configuration.ValueKind != JsonValueKind.Object)
            throw document.Wrong(field, value, "a configuration that is an object");
        return (name.GetString()!, configuration);
    }

    private static void CheckExtensions(ZarrDocument document)
    {
        foreach (JsonProperty property in document.Root.EnumerateObject())
        {
            bool optional = Known.Contains(property.Name)
                || (property.Value.ValueKind == JsonValueKind.Object
                    && property.Value.TryGetProperty("must_understand", out JsonElement must) && must.ValueKind == JsonValueKind.False);
            if (!optional) throw document.Unsupported(property.Name, property.Value, "it is no field of Zarr v3, and does not say that it need not be understood");
        }

        if (document.Root.TryGetProperty("storage_transformers", out JsonElement transformers)
            && (transformers.ValueKind != JsonValueKind.Array || transformers.GetArrayLength() > 0))
        {
            throw document.Unsupported("storage_transformers", transformers, "arrays without are");
        }
    }

    private static DataType Type(ZarrDocument document)
    {
        JsonElement value = document.Required("data_type");
        if (value.ValueKind == JsonValueKind.String && value.ValueEquals(Truth)) return DataType.UInt8;
        if (value.ValueKind == JsonValueKind.String && DataTypes.TryParse(value.GetString()!, out DataType type)) return type;
        throw document.Unsupported("data_type", value, "integers of 8 to 64 bits, floating point of 32 and 64 bits and bool are");
    }

    private static long[] Chunk(ZarrDocument document)
    {
        JsonElement grid = document.Required("chunk_grid");
        (string name, JsonElement configuration) = Named(document, "chunk_grid", grid);
        if (name != "regular") throw document.Unsupported("chunk_grid", grid, "\"regular\" is");
        if (configuration.ValueKind != JsonValueKind.Object || !configuration.TryGetProperty("chunk_shape", out JsonElement shape))
            throw document.Wrong("chunk_grid", grid, "a configuration with a chunk_shape");
        return document.Numbers("chunk_shape", shape, least: 1);
    }

    private static KeyEncoding Keys(ZarrDocument document)
    {
        JsonElement encoding = document.Required("chunk_key_encoding");
        (string name, JsonElement configuration) = Named(document, "chunk_key_encoding", encoding);
        if (name is not ("default" or "v2")) throw document.Unsupported("chunk_key_encoding", encoding, "\"default\" and \"v2\" are");
        char separator = name == "v2" ? '.' : '/';
        if (configuration.ValueKind == JsonValueKind.Object && configuration.TryGetProperty("separator", out JsonElement stated))
        {
            if (stated.ValueKind != JsonValueKind.String || stated.GetString() is not ("." or "/")) throw document.Wrong("separator", stated, "\".\" or \"/\"");
            separator = stated.GetString()![0];
        }

        return new KeyEncoding(HasPrefix: name == "default", separator);
    }

    private static string[]? Names(ZarrDocument document, int dimensions)
    {
        if (!document.Root.TryGetProperty("dimension_names", out JsonElement names) || names.ValueKind != JsonValueKind.Array) return null;
        string[] found = [.. names.EnumerateArray().Where(static name => name.ValueKind == JsonValueKind.String).Select(static name => name.GetString()!)];
        return found.Length == dimensions ? found : null;
    }
}
