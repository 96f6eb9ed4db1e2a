using System.Globalization;
using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Volumes;

/// <summary>
/// Where a source's first voxel comes to stand in the view, with zarr_to_ome's meaning: the view has the source's size and the shift's;
/// what lies before the source is 0, what the shift moves before the view's beginning is cut off.
/// </summary>
public readonly record struct VolumeShift(long X, long Y, long Z)
{
    private const string Option = "--shift";

    /// <summary>Reads <c>x,y,z</c>; nothing is no shift.</summary>
    /// <exception cref="OptionException">Not three whole numbers.</exception>
    public static VolumeShift Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return default;
        string[] parts = text.Split(',');
        if (parts.Length != 3)
            throw new OptionException(Option, $"'{text}' has {parts.Length} number{(parts.Length == 1 ? "" : "s")}; expected three, x,y,z, as in 2000,3000,-5500");
        long[] numbers = [.. parts.Select(static (part, axis) =>
            int.TryParse(part.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
                ? number
                : throw new OptionException(Option, $"'{part.Trim()}' for {"xyz"[axis]} is not a whole number from {int.MinValue} to {int.MaxValue}"))];
        return new VolumeShift(numbers[0], numbers[1], numbers[2]);
    }

    /// <summary>The shape of a source and what the shift adds or cuts.</summary>
    /// <exception cref="OptionException">Nothing is left.</exception>
    public VolumeShape Apply(in VolumeShape shape) =>
        shape with { Z = Moved('z', shape.Z, Z), Y = Moved('y', shape.Y, Y), X = Moved('x', shape.X, X) };

    /// <inheritdoc/>
    public override string ToString() => $"{X},{Y},{Z}";

    private static long Moved(char axis, long length, long shift) =>
        length + shift > 0 ? length + shift : throw new OptionException(Option, $"{shift} for {axis} moves the whole source out: it has {length} voxels along {axis}");
}
