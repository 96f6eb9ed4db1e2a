using System.Globalization;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Tiff;

/// <summary>What the first page of a file says about the distance between voxels.</summary>
/// <param name="Description">ImageDescription, or null.</param>
/// <param name="XResolution">Pixels a unit along x, or null.</param>
/// <param name="YResolution">Pixels a unit along y, or null.</param>
internal readonly record struct TiffCalibration(string? Description, double? XResolution, double? YResolution)
{
    public static TiffCalibration Read(TiffDirectory directory) => new(
        directory.Text(TiffTag.ImageDescription), directory.Rational(TiffTag.XResolution), directory.Rational(TiffTag.YResolution));

    /// <summary>True if ImageJ wrote the file.</summary>
    public bool IsImageJ => Description?.StartsWith("ImageJ=", StringComparison.Ordinal) == true;

    /// <summary>ImageJ's <c>images=</c>: the number of planes, which are more than the pages where the file was too large for classic TIFF.</summary>
    public long? Images => long.TryParse(Value("images"), NumberStyles.None, CultureInfo.InvariantCulture, out long images) ? images : null;

    /// <summary>
    /// The voxel size in ImageJ's description and resolution, or null if it states none. Plain TIFF resolutions are not used: most are
    /// the 72 or 300 dots an inch of some screen or printer.
    /// </summary>
    public VoxelSize? VoxelSize()
    {
        if (!IsImageJ) return null;
        double? spacing = Number("spacing") is { } given && double.IsFinite(given) && given != 0 ? Math.Abs(given) : null;
        string? stated = Value("unit");
        if (stated is null)
            return spacing is { } only and not 1 ? new VoxelSize(only, 1, 1, null) : null;

        double x = 1 / (XResolution ?? 1);
        double y = 1 / (YResolution ?? XResolution ?? 1);
        // ImageJ leaves the spacing of a stack out when it is 1, and a single plane's always.
        VoxelSize size = new(spacing ?? (Images > 1 ? 1 : x), y, x, Unit(stated));
        return size.IsValid && size != Volumes.VoxelSize.None ? size : null;
    }

    /// <summary>OME-Zarr's long name of a unit as ImageJ writes it, or null for pixels and what is not known.</summary>
    private static string? Unit(string stated) => stated.Trim().Replace(@"\u00B5", "µ", StringComparison.OrdinalIgnoreCase).ToLowerInvariant() switch
    {
        "µm" or "μm" or "um" or "micron" or "microns" or "micrometer" or "micrometers" or "micrometre" => "micrometer",
        "nm" or "nanometer" or "nanometers" or "nanometre" => "nanometer",
        "mm" or "millimeter" or "millimeters" or "millimetre" => "millimeter",
        "cm" or "centimeter" or "centimeters" or "centimetre" => "centimeter",
        "m" or "meter" or "meters" or "metre" => "meter",
        "å" or "a" or "angstrom" or "angstroms" => "angstrom",
        "pm" or "picometer" => "picometer",
        "inch" or "in" or "inches" => "inch",
        _ => null,
    };

    private double? Number(string key) =>
        double.TryParse(Value(key), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;

    private string? Value(string key)
    {
        if (!IsImageJ) return null;
        foreach (string line in Description!.Split('\n'))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals == key.Length && line.StartsWith(key, StringComparison.Ordinal)) return line[(equals + 1)..].Trim();
        }

        return null;
    }
}
