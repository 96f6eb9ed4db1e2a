using System.Text.Json;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Tiff.Descriptions;

/// <summary>The place of a page by Micro-Manager's JSON in its private tag 51123.</summary>
/// <param name="P">Stage position.</param>
/// <param name="T">Frame.</param>
/// <param name="C">Channel.</param>
/// <param name="Z">Slice.</param>
internal readonly record struct MicroManagerPlace(int P, int T, int C, int Z);

/// <summary>
/// What Micro-Manager says of a file's pages: a JSON object in tag 51123 of each, and one for the whole acquisition ("summary") after the
/// header, at byte 32.
/// </summary>
internal sealed class MicroManagerDescription
{
    private const int LongestPage = 1 << 20;
    private const int LongestSummary = 4 << 20;
    private const int MostChannels = 1024;
    private const int SummaryAt = 32;
    private const uint SummaryMagic = 2355492;

    private static readonly JsonDocumentOptions Bounded = new() { MaxDepth = 32, AllowTrailingCommas = true };

    private readonly List<MicroManagerPlace?> _places = [];
    private readonly List<string> _channels = [];
    private double? _pixel;
    private double? _step;

    private MicroManagerDescription()
    {
    }

    /// <summary>The place of each directory of the main chain, up to the first that has none.</summary>
    public IReadOnlyList<MicroManagerPlace?> Places => _places;

    /// <summary>Names of the first channels; may be fewer than there are.</summary>
    public IReadOnlyList<string> Channels => _channels;

    /// <summary>The time between frames, or null.</summary>
    public TimeStep? TimeStep { get; private set; }

    /// <summary>Reads the JSON of all pages.</summary>
    /// <exception cref="Failures.TiffFormatException">The chain of directories is broken.</exception>
    public static MicroManagerDescription Read(TiffReader reader)
    {
        MicroManagerDescription description = new();
        description.ReadSummary(reader);
        // Pages whose texts are their own cannot have more of them than the file has bytes.
        long left = reader.Length;
        foreach (TiffDirectory directory in reader.Directories())
        {
            string? text = Text(directory);
            left -= text?.Length ?? 0;
            description._places.Add(left < 0 ? null : description.ReadPage(text));
            if (description._places[^1] is null) break;
        }

        return description;
    }

    /// <summary>The voxel size, or null if none is stated. Without a step between slices they are as far apart as pixels.</summary>
    public VoxelSize? VoxelSize() =>
        _pixel is { } pixel && new VoxelSize(_step ?? pixel, pixel, pixel, LengthUnit.Micrometer) is { IsValid: true } size ? size : null;

    private static string? Text(TiffDirectory directory)
    {
        try
        {
            return directory.Text(TiffTag.MicroManagerMetadata, LongestPage);
        }
        catch (Failures.TiffFormatException)
        {
            // As if there were none: it says only where the page belongs.
            return null;
        }
    }

    private MicroManagerPlace? ReadPage(string? text)
    {
        MicroManagerPlace? place = null;
        Parse(text, root =>
        {
            _pixel ??= Positive(root, "PixelSizeUm") ?? Positive(root, "PixelSize_um");
            if (Index(root, "SliceIndex") is { } z && Index(root, "ChannelIndex") is { } c && Index(root, "FrameIndex") is { } t)
                place = new MicroManagerPlace(Index(root, "PositionIndex") ?? 0, t, c, z);
        });
        return place;
    }

    private void ReadSummary(TiffReader reader)
    {
        if (!reader.Contains(SummaryAt, 8)) return;
        TiffField head = new(TiffTag.MicroManagerMetadata, TiffFieldType.Long, 2, SummaryAt);
        ulong length = reader.Integer(head, 1);
        if (reader.Integer(head, 0) != SummaryMagic || length is 0 or > LongestSummary || !reader.Contains(SummaryAt + 8, length)) return;
        Parse(reader.Text(new TiffField(head.Tag, TiffFieldType.Ascii, length, SummaryAt + 8), LongestSummary), root =>
        {
            _pixel = Positive(root, "PixelSize_um") ?? Positive(root, "PixelSizeUm");
            _step = Positive(root, "z-step_um");
            if (Positive(root, "Interval_ms") is { } interval) TimeStep = new TimeStep(interval, TimeUnit.Millisecond);
            if (!root.TryGetProperty("ChNames", out JsonElement names) || names.ValueKind != JsonValueKind.Array) return;
            foreach (JsonElement name in names.EnumerateArray().Take(MostChannels))
                _channels.Add(name.ValueKind == JsonValueKind.String ? name.GetString()! : "");
        });
    }

    private static void Parse(string? text, Action<JsonElement> look)
    {
        if (text is null) return;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, Bounded);
            if (document.RootElement.ValueKind == JsonValueKind.Object) look(document.RootElement);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // As if there were none: the page has no place, and pages go along z. (Half a surrogate pair is well-formed JSON and no text.)
        }
    }

    private static int? Index(JsonElement root, string key) =>
        root.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int index) && index >= 0
            ? index
            : null;

    private static double? Positive(JsonElement root, string key) =>
        root.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number)
            && double.IsFinite(number) && number > 0
            ? number
            : null;
}
