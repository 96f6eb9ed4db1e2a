using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Tiff.Descriptions;

/// <summary>
/// What a file says about all its pages together, in the tags of its first page. Read when a source is opened and not kept: the text may be
/// megabytes.
/// </summary>
internal sealed record TiffDescription
{
    /// <summary>ImageDescription, or null.</summary>
    public string? Text { get; private init; }

    /// <summary>Pixels a unit along x, or null.</summary>
    public double? XResolution { get; private init; }

    /// <summary>Pixels a unit along y, or null.</summary>
    public double? YResolution { get; private init; }

    /// <summary>ImageJ's private tags.</summary>
    public ImageJMetadata ImageJ { get; private init; } = ImageJMetadata.None;

    /// <summary>The colour 0xRRGGBB that the page's palette leads to in even steps, or null if it has none or another.</summary>
    public int? PaletteColor { get; private init; }

    /// <summary>What Micro-Manager says of the pages, or null.</summary>
    public MicroManagerDescription? MicroManager { get; private init; }

    /// <summary>What could not be read, in words, or null.</summary>
    public string? Problem { get; private init; }

    /// <summary>Reads the description of a file.</summary>
    /// <exception cref="SourceException">The file cannot be opened or read, or is no TIFF.</exception>
    public static TiffDescription Read(string path)
    {
        try
        {
            using SafeFileHandle handle = File.OpenHandle(path);
            using TiffReader reader = new(handle, path, RandomAccess.GetLength(handle));
            return Read(reader, reader.Directories().First());
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SourceException(path, $"cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>The voxel size that any of the descriptions states, or null.</summary>
    public VoxelSize? VoxelSize()
    {
        if (ImageJDescription.Parse(Text) is { } imageJ) return imageJ.VoxelSize(XResolution, YResolution);
        if (!OmeReader.IsOme(Text)) return MicroManager?.VoxelSize();
        try
        {
            return OmeReader.Read(Text!).Images is [{ } first, ..] ? first.VoxelSize() : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static TiffDescription Read(TiffReader reader, TiffDirectory first)
    {
        try
        {
            string? text = first.Text(TiffTag.ImageDescription, OmeReader.Longest);
            TiffDescription description = new()
            {
                Text = text,
                XResolution = first.Rational(TiffTag.XResolution),
                YResolution = first.Rational(TiffTag.YResolution),
            };
            if (ImageJDescription.Parse(text) is not null)
            {
                ulong[]? counts = first.Numbers(TiffTag.ImageJMetadataByteCounts, ImageJMetadata.MostItems);
                byte[]? data = first.Bytes(TiffTag.ImageJMetadata, ImageJMetadata.MostBytes);
                return description with { ImageJ = ImageJMetadata.Parse(counts, data), PaletteColor = Palette(first) };
            }

            if (OmeReader.IsOme(text) || !first.Has(TiffTag.MicroManagerMetadata)) return description;
            return description with { MicroManager = MicroManagerDescription.Read(reader) };
        }
        catch (TiffFormatException failure)
        {
            return new TiffDescription { Problem = failure.Detail };
        }
    }

    private static int? Palette(TiffDirectory directory)
    {
        ulong[]? map = directory.Numbers(TiffTag.ColorMap, 3 << 16);
        return map?.Length == LookupTable.Bytes ? LookupTable.Color([.. map.Select(static value => (byte)(value >> 8))]) : null;
    }
}
