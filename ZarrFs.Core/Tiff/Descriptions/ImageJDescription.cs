using System.Globalization;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Tiff.Descriptions;

/// <summary>
/// What ImageJ (also SCIFIO and tifffile in its name) writes into ImageDescription: lines of <c>key=value</c>. Numbers are as written,
/// unchecked against the pages.
/// </summary>
internal sealed class ImageJDescription
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    private ImageJDescription(string text)
    {
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            int equals = line.IndexOf('=');
            if (equals > 0) _values.TryAdd(line[..equals].Trim().ToString(), line[(equals + 1)..].Trim().ToString());
        }
    }

    /// <summary>Planes in the file; not reliable.</summary>
    public long? Images => Whole("images");

    public long Channels => Whole("channels") ?? 1;

    public long Slices => Whole("slices") ?? 1;

    public long Frames => Whole("frames") ?? 1;

    /// <summary>Axes of the planes, fastest first: <c>czt</c> unless stated.</summary>
    public string Order => _values.GetValueOrDefault("order")?.ToLowerInvariant() is { } order and not "default" ? order : "czt";

    /// <summary><c>composite</c>, <c>color</c> or <c>grayscale</c>, or null.</summary>
    public string? Mode => _values.GetValueOrDefault("mode")?.ToLowerInvariant();

    /// <summary>Display range of the image that was current when the file was saved.</summary>
    public (double Start, double End)? Window => DisplayRange.Of(Number("min"), Number("max"));

    /// <summary>The time between frames: <c>finterval</c> in <c>tunit</c>, else by <c>fps</c>; ImageJ's own default is seconds.</summary>
    public TimeStep? TimeStep
    {
        get
        {
            if (Number("finterval") is { } interval && interval > 0 && double.IsFinite(interval))
                return new TimeStep(interval, _values.TryGetValue("tunit", out string? unit) ? TimeUnit.FromImageJ(unit) : TimeUnit.Second);
            if (Number("fps") is { } rate && rate > 0 && double.IsFinite(1 / rate)) return new TimeStep(1 / rate, TimeUnit.Second);
            return null;
        }
    }

    /// <summary>Reads a description; null if it is not ImageJ's.</summary>
    public static ImageJDescription? Parse(string? text) => text is not null && IsStartOf(text) ? new ImageJDescription(text) : null;

    /// <summary>True if a text begins as ImageJ's descriptions do.</summary>
    public static bool IsStartOf(string text) =>
        text.StartsWith("ImageJ=", StringComparison.Ordinal) || text.StartsWith("SCIFIO=", StringComparison.Ordinal);

    /// <summary>
    /// The voxel size, or null if none is stated. Resolutions without a unit are not used: most are the 72 or 300 dots an inch of some
    /// screen or printer.
    /// </summary>
    /// <param name="xResolution">Pixels a unit along x, or null.</param>
    /// <param name="yResolution">Pixels a unit along y, or null.</param>
    public VoxelSize? VoxelSize(double? xResolution, double? yResolution)
    {
        double? spacing = Number("spacing") is { } given && double.IsFinite(given) && given != 0 ? Math.Abs(given) : null;
        if (!_values.TryGetValue("unit", out string? stated))
            return spacing is { } only and not 1 ? new VoxelSize(only, 1, 1, null) : null;

        double x = 1 / (xResolution ?? 1);
        double y = 1 / (yResolution ?? xResolution ?? 1);
        // ImageJ leaves the spacing of a stack out when it is 1, and a single plane's always.
        string? unit = LengthUnit.FromImageJ(stated);
        double z = spacing ?? (Images > 1 ? 1 : x);
        if (Factor("yunit", unit) is not { } ofY || Factor("zunit", unit) is not { } ofZ) return null;
        VoxelSize size = new(z * ofZ, y * ofY, x, unit);
        return size.IsValid && size != Volumes.VoxelSize.None ? size : null;
    }

    /// <summary>What to multiply with where an axis has a unit of its own, as ImageJ writes it if it is another than x's; null if they cannot be compared.</summary>
    private double? Factor(string key, string? unit)
    {
        if (!_values.TryGetValue(key, out string? own)) return 1;
        string? named = LengthUnit.FromImageJ(own);
        return named == unit ? 1 : named is null || unit is null ? null : LengthUnit.Factor(named, unit);
    }

    private long? Whole(string key)
    {
        if (!_values.TryGetValue(key, out string? text)) return null;
        // Some plugins write 31.0; a number that is none at all counts as 0, which no file can have.
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            && number == Math.Floor(number) && Math.Abs(number) < 1L << 53 ? (long)number : 0;
    }

    private double? Number(string key) =>
        double.TryParse(_values.GetValueOrDefault(key), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;
}
