using System.Text.Json;

namespace ZarrFs.Core.Tiff.Descriptions;

/// <summary>What tifffile writes into ImageDescription: <c>{"shape": [10, 2, 512, 512], "axes": "ZCYX"}</c>.</summary>
/// <param name="Shape">Numbers along the axes, slowest first; each at least 1, their product below 2⁶³.</param>
/// <param name="Axes">A letter for each, or null where none are stated.</param>
/// <param name="IsTruncated">All planes are behind one directory.</param>
internal sealed record ShapedDescription(IReadOnlyList<long> Shape, string? Axes, bool IsTruncated)
{
    private const int MostAxes = 32;
    private const int Longest = 1 << 16;

    private static readonly JsonDocumentOptions Shallow = new() { MaxDepth = 8 };

    /// <summary>Reads a description; null if it is not tifffile's, or makes no sense.</summary>
    public static ShapedDescription? Parse(string? text)
    {
        if (text is null || text.Length > Longest || !text.StartsWith('{') || !text.Contains("\"shape\"", StringComparison.Ordinal)) return null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, Shallow);
            JsonElement root = document.RootElement;
            if (!root.TryGetProperty("shape", out JsonElement shape) || shape.ValueKind != JsonValueKind.Array) return null;
            if (shape.GetArrayLength() is < 2 or > MostAxes) return null;
            List<long> sizes = [];
            long product = 1;
            foreach (JsonElement element in shape.EnumerateArray())
            {
                if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out long size) || size < 1 || size > long.MaxValue / product)
                    return null;
                product *= size;
                sizes.Add(size);
            }

            string? axes = root.TryGetProperty("axes", out JsonElement letters) && letters.ValueKind == JsonValueKind.String ? letters.GetString() : null;
            bool truncated = root.TryGetProperty("truncated", out JsonElement flag) && flag.ValueKind == JsonValueKind.True;
            return new ShapedDescription(sizes, axes?.Length == sizes.Count ? axes.ToUpperInvariant() : null, truncated);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Number of samples of all planes together.</summary>
    public long Samples => Shape.Aggregate(1L, static (product, size) => product * size);
}
