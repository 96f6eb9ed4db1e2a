using System.Globalization;
using System.Text.Json;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources.Zarr;

/// <summary>One entry of <c>multiscales</c>, of OME-Zarr 0.1 to 0.5, and the channels that <c>omero</c> describes beside it.</summary>
internal sealed record OmeMultiscale
{
    private const int MostDatasets = 64;
    private const int MostChannels = 4096;

    /// <summary>The version of OME-Zarr, or null where none is stated.</summary>
    public required string? Version { get; init; }

    /// <summary>Its name, or null.</summary>
    public required string? Name { get; init; }

    /// <summary>The axes; empty where nothing is said of them, as before version 0.3.</summary>
    public required IReadOnlyList<OmeAxis> Axes { get; init; }

    /// <summary>The levels, the finest first; at least one.</summary>
    public required IReadOnlyList<OmeDataset> Datasets { get; init; }

    /// <summary>What is applied after each dataset's own scale; empty for nothing.</summary>
    public required IReadOnlyList<double> Scale { get; init; }

    /// <summary>What is said of the channels; may be empty.</summary>
    public required IReadOnlyList<ChannelInfo> Channels { get; init; }

    /// <summary>Reads the first multiscale of a group's attributes; null if they have none.</summary>
    /// <param name="document">Where the attributes stand, for messages.</param>
    /// <param name="attributes">The object with <c>multiscales</c> and <c>omero</c>.</param>
    /// <exception cref="SourceException">It is not what OME-Zarr defines.</exception>
    public static OmeMultiscale? Find(ZarrDocument document, JsonElement attributes)
    {
        if (!attributes.TryGetProperty("multiscales", out JsonElement all)) return null;
        if (all.ValueKind != JsonValueKind.Array || all.GetArrayLength() == 0 || all[0].ValueKind != JsonValueKind.Object)
            throw document.Wrong("multiscales", all, "a list of at least one object");
        JsonElement first = all[0];
        if (!first.TryGetProperty("datasets", out JsonElement datasets) || datasets.ValueKind != JsonValueKind.Array || datasets.GetArrayLength() is 0 or > MostDatasets)
            throw document.Wrong("multiscales", first, $"datasets, 1 to {MostDatasets} of them");
        return new OmeMultiscale
        {
            Version = Text(first, "version") ?? Text(attributes, "version"),
            Name = Text(first, "name"),
            Axes = ReadAxes(document, first),
            Datasets = [.. datasets.EnumerateArray().Select(dataset => ReadDataset(document, dataset))],
            Scale = Values(document, first, "scale"),
            Channels = ReadChannels(attributes),
        };
    }

    private static List<OmeAxis> ReadAxes(ZarrDocument document, JsonElement multiscale)
    {
        List<OmeAxis> axes = [];
        if (!multiscale.TryGetProperty("axes", out JsonElement list)) return axes;
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > ZarrArray.MostDimensions) throw document.Wrong("axes", list, "a list of axes");
        foreach (JsonElement axis in list.EnumerateArray())
        {
            // Version 0.3 has names only.
            string? name = axis.ValueKind == JsonValueKind.String ? axis.GetString() : axis.ValueKind == JsonValueKind.Object ? Text(axis, "name") : null;
            if (name is null) throw document.Wrong("axes", list, "a name for each axis");
            bool described = axis.ValueKind == JsonValueKind.Object;
            axes.Add(new OmeAxis(name, described ? Text(axis, "type") : null, described ? Text(axis, "unit") : null));
        }

        return axes;
    }

    private static OmeDataset ReadDataset(ZarrDocument document, JsonElement dataset)
    {
        string? path = dataset.ValueKind == JsonValueKind.Object ? Text(dataset, "path") : null;
        // A path leads down from the group and nowhere else.
        if (path is null || path.Split('/').Any(static part => part is "" or "." or "..") || path.AsSpan().ContainsAny('\\', '\0'))
            throw document.Wrong("datasets", dataset, "a path below the group");
        return new OmeDataset(path, Values(document, dataset, "scale"), Values(document, dataset, "translation"));
    }

    /// <summary>The numbers of the transformation of a type, or none; its values must be finite, and scales positive.</summary>
    private static double[] Values(ZarrDocument document, JsonElement of, string type)
    {
        if (!of.TryGetProperty("coordinateTransformations", out JsonElement list) || list.ValueKind == JsonValueKind.Null) return [];
        if (list.ValueKind != JsonValueKind.Array) throw document.Wrong("coordinateTransformations", list, "a list");
        foreach (JsonElement entry in list.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Object || Text(entry, "type") != type) continue;
            if (!entry.TryGetProperty(type, out JsonElement values) || values.ValueKind != JsonValueKind.Array || values.GetArrayLength() > ZarrArray.MostDimensions)
                throw document.Wrong("coordinateTransformations", entry, $"a list as \"{type}\"");
            return
            [
                .. values.EnumerateArray().Select(value =>
                    value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number) && (type != "scale" || number > 0)
                        ? number
                        : throw document.Wrong("coordinateTransformations", entry, $"finite numbers{(type == "scale" ? " above 0" : "")}")),
            ];
        }

        return [];
    }

    /// <summary>How channels are shown is advice: what cannot be is left out, not an error.</summary>
    private static List<ChannelInfo> ReadChannels(JsonElement attributes)
    {
        List<ChannelInfo> channels = [];
        if (!attributes.TryGetProperty("omero", out JsonElement omero) || omero.ValueKind != JsonValueKind.Object
            || !omero.TryGetProperty("channels", out JsonElement list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MostChannels) return channels;
        foreach (JsonElement channel in list.EnumerateArray())
        {
            if (channel.ValueKind != JsonValueKind.Object) return [];
            string? color = Text(channel, "color");
            bool isColor = int.TryParse(color, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int rgb) && color!.Length == 6;
            channels.Add(new ChannelInfo(Text(channel, "label"), isColor ? rgb : null, Window(channel)));
        }

        return channels;
    }

    private static (double Start, double End)? Window(JsonElement channel)
    {
        if (!channel.TryGetProperty("window", out JsonElement window) || window.ValueKind != JsonValueKind.Object) return null;
        return Number(window, "start") is { } start && Number(window, "end") is { } end && start < end ? (start, end) : null;
    }

    private static double? Number(JsonElement of, string field) =>
        of.TryGetProperty(field, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number)
            ? number
            : null;

    private static string? Text(JsonElement of, string field) =>
        of.TryGetProperty(field, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
