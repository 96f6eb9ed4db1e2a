using System.Text.Json;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources.Zarr;

/// <summary>Reads <c>.zarray</c> and the names of dimensions that xarray puts in <c>.zattrs</c>.</summary>
internal static class ZarrArrayV2
{
    private const string Dimensions = "_ARRAY_DIMENSIONS";
    private const string Truth = "|b1";

    /// <exception cref="SourceException">The document is not that of an array that can be read.</exception>
    public static ZarrArray Read(string directory, ZarrDocument document, SourceRoot root)
    {
        JsonElement format = document.Required("zarr_format");
        if (format.ValueKind != JsonValueKind.Number || format.GetRawText() != "2") throw document.Wrong("zarr_format", format, "2");
        (DataType type, bool isBigEndian) = Type(document);
        JsonElement fill = document.Required("fill_value");
        long[] shape = document.Numbers("shape", document.Required("shape"), least: 0);
        if (document.Root.TryGetProperty("filters", out JsonElement filters)
            && filters.ValueKind != JsonValueKind.Null && (filters.ValueKind != JsonValueKind.Array || filters.GetArrayLength() > 0))
        {
            throw document.Unsupported("filters", filters, "arrays without filters are");
        }

        int[] order = [.. Enumerable.Range(0, shape.Length)];
        ZarrDocument? attributes = ZarrDocument.Find(directory, ZarrDocument.AttributesV2, root);
        return new ZarrArray
        {
            Directory = directory,
            Document = document,
            Format = 2,
            Shape = shape,
            Chunk = document.Numbers("chunks", document.Required("chunks"), least: 1),
            Order = IsFortran(document) ? [.. order.Reverse()] : order,
            DataType = type,
            IsTruth = document.Required("dtype").ValueEquals(Truth),
            IsBigEndian = isBigEndian,
            Fill = FillValue.Parse(fill, type) ?? throw document.Wrong("fill_value", fill, $"one that {type.Name()} can hold"),
            Keys = new KeyEncoding(HasPrefix: false, Separator(directory, document)),
            Codecs = ChunkCodecs.Of(CodecReader.FromV2(document.Required("compressor"), type, document.Path), document),
            Attributes = attributes,
            Names = Names(attributes, shape.Length),
        };
    }

    private static (DataType Type, bool IsBigEndian) Type(ZarrDocument document)
    {
        JsonElement value = document.Required("dtype");
        string text = value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        if (text == Truth) return (DataType.UInt8, false);
        foreach (DataType type in Enum.GetValues<DataType>())
        {
            if (text.Length != 3 || !text.AsSpan(1).SequenceEqual(type.TypeString().AsSpan(1))) continue;
            if (text[0] is '<' or '>' || (text[0] == '|' && type.Size() == 1)) return (type, text[0] == '>');
        }

        throw document.Unsupported("dtype", value, "integers of 8 to 64 bits, floating point of 32 and 64 bits and truth values are, as \"<u2\"");
    }

    private static bool IsFortran(ZarrDocument document)
    {
        JsonElement order = document.Required("order");
        if (order.ValueKind == JsonValueKind.String && order.GetString() is "C" or "F") return order.ValueEquals("F");
        throw document.Wrong("order", order, "\"C\" or \"F\"");
    }

    private static char Separator(string directory, ZarrDocument document)
    {
        // Writers of the time before this field nested their chunks without saying so.
        if (!document.Root.TryGetProperty("dimension_separator", out JsonElement separator)) return Directory.Exists(Path.Combine(directory, "0")) ? '/' : '.';
        if (separator.ValueKind == JsonValueKind.String && separator.GetString() is "." or "/") return separator.GetString()![0];
        throw document.Wrong("dimension_separator", separator, "\".\" or \"/\"");
    }

    private static string[]? Names(ZarrDocument? attributes, int dimensions)
    {
        if (attributes is null || !attributes.Root.TryGetProperty(Dimensions, out JsonElement names) || names.ValueKind != JsonValueKind.Array) return null;
        string[] found = [.. names.EnumerateArray().Where(static name => name.ValueKind == JsonValueKind.String).Select(static name => name.GetString()!)];
        return found.Length == dimensions ? found : null;
    }
}
