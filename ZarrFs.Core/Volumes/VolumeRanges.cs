using System.Globalization;
using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Volumes;

/// <summary>
/// Which part of a source a view shows: <c>x0:x1,y0:y1,z0:z1</c> with scroll2zarr's meaning. Ends are exclusive; either side may be left
/// out; a lone number n means <c>:n</c>; an end beyond the source is clamped. Nothing given means everything.
/// </summary>
public readonly record struct VolumeRanges(AxisRange X, AxisRange Y, AxisRange Z)
{
    private const string Option = "--ranges";

    /// <summary>The whole source.</summary>
    public static VolumeRanges All => default;

    /// <summary>Reads <c>x0:x1,y0:y1,z0:z1</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="option">The option it comes from, for the message.</param>
    /// <exception cref="OptionException">Not three ranges, or one is negative, reversed, empty or has a step.</exception>
    public static VolumeRanges Parse(string? text, string option = Option)
    {
        if (string.IsNullOrWhiteSpace(text)) return All;
        string[] parts = text.Split(',');
        if (parts.Length != 3)
        {
            throw new OptionException(
                option, $"'{text}' has {parts.Length} range{(parts.Length == 1 ? "" : "s")}; expected three, x0:x1,y0:y1,z0:z1 (a range may be empty: ,,100:200)");
        }

        return new VolumeRanges(ParseAxis(option, 'x', parts[0]), ParseAxis(option, 'y', parts[1]), ParseAxis(option, 'z', parts[2]));
    }

    /// <summary>The origin and the size in voxels of what is left of a source of <paramref name="shape"/>.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="option">The option that the ranges come from, for the message.</param>
    /// <exception cref="OptionException">A range begins at or after the source's end.</exception>
    public (long Z, long Y, long X, VolumeShape Shape) Apply(in VolumeShape shape, string option = Option)
    {
        (long z, long depth) = Z.Clamp(option, 'z', shape.Z);
        (long y, long height) = Y.Clamp(option, 'y', shape.Y);
        (long x, long width) = X.Clamp(option, 'x', shape.X);
        return (z, y, x, shape with { Z = depth, Y = height, X = width });
    }

    /// <inheritdoc/>
    public override string ToString() => $"{X},{Y},{Z}";

    private static AxisRange ParseAxis(string option, char axis, string text)
    {
        string[] ends = text.Trim().Split(':');
        if (ends.Length > 3) throw new OptionException(option, $"'{text}' for {axis} has {ends.Length - 1} colons; expected first:end");
        if (ends.Length == 3 && ends[2].Trim() is not ("" or "1"))
            throw new OptionException(option, $"'{text}' for {axis} has a step of {ends[2]}; only 1 is possible");
        long? start = ends.Length == 1 ? null : ParseNumber(option, axis, ends[0]);
        long? end = ParseNumber(option, axis, ends.Length == 1 ? ends[0] : ends[1]);
        if (end is { } last && last <= (start ?? 0))
        {
            string what = last == (start ?? 0) ? "is empty" : "is reversed";
            throw new OptionException(option, $"'{text}' for {axis} {what}; the end is exclusive and must be greater than the first");
        }

        return new AxisRange(start ?? 0, end);
    }

    private static long? ParseNumber(string option, char axis, string text)
    {
        text = text.Trim();
        if (text.Length == 0) return null;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value))
            throw new OptionException(option, $"'{text}' for {axis} is not a whole number");
        if (value < 0) throw new OptionException(option, $"'{text}' for {axis} is negative; voxels are counted from 0");
        return value;
    }
}

/// <summary>One axis of <see cref="VolumeRanges"/>: the first voxel, and the first one after the last, or null for the source's end.</summary>
public readonly record struct AxisRange(long Start, long? End)
{
    /// <inheritdoc/>
    public override string ToString() => Start == 0 && End is null ? ":" : $"{Start}:{End}";

    internal (long Start, long Length) Clamp(string option, char axis, long length)
    {
        if (Start >= length)
            throw new OptionException(option, $"{this} for {axis} lies outside the source, which has {length} voxels along {axis}");
        return (Start, Math.Min(End ?? length, length) - Start);
    }
}
