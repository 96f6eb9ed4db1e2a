using System.Text.Json;

namespace ZarrFs.Tests.Corpus;

/// <summary>A test over real files, skipped where there are none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TestDataFactAttribute : FactAttribute
{
    public TestDataFactAttribute()
    {
        if (TestData.Root is null) Skip = $"{TestData.Variable} names no directory of real TIFF files with its MANIFEST.jsonl";
    }
}

/// <summary>The real files and what other readers found in them.</summary>
internal static class TestData
{
    public const string Variable = "ZARRFS_TEST_DATA";

    /// <summary>The directory, or null.</summary>
    public static string? Root { get; } =
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } root && File.Exists(System.IO.Path.Combine(root, "MANIFEST.jsonl")) ? root : null;

    public static string Path(string file) => System.IO.Path.Combine(Root!, file);

    /// <summary>The lines of the manifest.</summary>
    public static IReadOnlyList<Entry> Manifest { get; } = Root is null ? [] : [.. File.ReadLines(Path("MANIFEST.jsonl")).Select(Entry.Parse)];

    /// <param name="File">Path below the root.</param>
    /// <param name="Compression">Name of the compression, or empty where the file could not be opened.</param>
    /// <param name="Samples">Samples a pixel.</param>
    /// <param name="Bits">Bits a sample.</param>
    /// <param name="Format">uint, int, float.</param>
    /// <param name="Photometric">MINISBLACK and so on.</param>
    /// <param name="Shapes">Number of different page shapes, or null.</param>
    /// <param name="Pixels">SHA-256 of all pages in order, C order, little-endian; null where no reader could.</param>
    /// <param name="Pages">Pages in the file.</param>
    /// <param name="Series">tifffile's images: <c>ZCYX(10, 3, 61, 57) uint16</c>.</param>
    public sealed record Entry(
        string File, string Compression, long Samples, long Bits, string Format, string Photometric, long? Shapes, string? Pixels, long Pages,
        IReadOnlyList<string> Series)
    {
        /// <summary>True where no reader could open the file.</summary>
        public bool IsUnreadable { get; private init; }

        public long Width { get; private init; }

        public long Height { get; private init; }

        public long Predictor { get; private init; }

        public bool IsPlanar { get; private init; }

        public bool IsBigEndian { get; private init; }

        public bool IsBigTiff { get; private init; }

        /// <summary>Strips or tiles, in words.</summary>
        public string Layout { get; private init; } = "";

        /// <summary>ome, imagej, shaped, geotiff, or empty.</summary>
        public string Kind { get; private init; } = "";

        /// <summary>The axes of each series, the slowest first, as tifffile names them: TZCYXS, I and Q for what it does not know.</summary>
        public IEnumerable<string> Axes => Series.Select(series => series.Split('(')[0]);

        public static Entry Parse(string line)
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            return new Entry(
                Text("file") ?? "", Text("compression") ?? "", Number("spp") ?? 0, Number("bits") ?? 0, Text("format") ?? "", Text("photometric") ?? "",
                Number("nshapes"), Text("pixels_sha256"), Number("pages") ?? 0,
                root.TryGetProperty("series", out JsonElement series) && series.ValueKind == JsonValueKind.Array
                    ? [.. series.EnumerateArray().Select(one => one.GetString()!)]
                    : [])
            {
                IsUnreadable = Text("open_error") is not null,
                Width = Number("width") ?? 0,
                Height = Number("height") ?? 0,
                Predictor = Number("predictor") ?? 1,
                IsPlanar = Text("planar") is "2" or "SEPARATE",
                IsBigEndian = Text("order") == "BE",
                IsBigTiff = root.TryGetProperty("bigtiff", out JsonElement big) && big.ValueKind == JsonValueKind.True,
                Layout = Text("layout") ?? "",
                Kind = Text("kind") ?? "",
            };

            string? Text(string name) => root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

            long? Number(string name) => root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : null;
        }

        /// <summary>
        /// True if the pages, in their order, are the planes of one volume along z. A part of a multi-file set is none: it opens the whole set.
        /// </summary>
        public bool IsOneVolume =>
            Series is [{ } only] && (only.StartsWith("YX(", StringComparison.Ordinal) || only[1..].StartsWith("YX(", StringComparison.Ordinal) && only[0] is 'Z' or 'Q' or 'I')
            && !File.StartsWith("real/slices/ome-multifile/master/", StringComparison.Ordinal);

        /// <summary>True for the kinds that are read without a decoder.</summary>
        public bool IsPlain =>
            Compression == "none" && Samples == 1 && Photometric is "MINISBLACK" or "PALETTE"
            && (Format is "uint" or "int" ? Bits is 8 or 16 or 32 or 64 : Format == "float" && Bits is 32 or 64);
    }
}
