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
    private readonly string _path;
    private readonly Action<SafeFileHandle, string> _check;
    private bool _hasMicroManager;

    private TiffDescription(string path, Action<SafeFileHandle, string> check)
    {
        _path = path;
        _check = check;
    }

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

    /// <summary>What could not be read, in words, or null.</summary>
    public string? Problem { get; private init; }

    /// <summary>Reads the description of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="check">Looks at the open file before it is read; throws if it may not be.</param>
    /// <exception cref="SourceException">The file cannot be opened or read, or is no TIFF.</exception>
    public static TiffDescription Read(string path, Action<SafeFileHandle, string> check) =>
        With(path, check, reader => Read(reader, reader.Directories().First(), check));

    /// <summary>What Micro-Manager says of the pages, or null. Reads the tags of all of them.</summary>
    /// <exception cref="SourceException">The file cannot be opened or read.</exception>
    public MicroManagerDescription? MicroManager() => _hasMicroManager ? With(_path, _check, MicroManagerDescription.Read) : null;

    /// <summary>The voxel size that any of the descriptions states, or null.</summary>
    public VoxelSize? VoxelSize()
    {
        if (ImageJDescription.Parse(Text) is { } imageJ) return imageJ.VoxelSize(XResolution, YResolution);
        if (!OmeReader.IsOme(Text)) return MicroManager()?.VoxelSize();
        try
        {
            return OmeReader.Read(Text!).Images is [{ } first, ..] ? first.VoxelSize() : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static T With<T>(string path, Action<SafeFileHandle, string> check, Func<TiffReader, T> read)
    {
        try
        {
            using SafeFileHandle handle = ReadHandle.Open(path, new FileInfo(path).Length);
            check(handle, path);
            using TiffReader reader = new(handle, path, RandomAccess.GetLength(handle));
            return read(reader);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SourceException(path, $"cannot be read: {failure.Message}", failure);
        }
    }

    private static TiffDescription Read(TiffReader reader, TiffDirectory first, Action<SafeFileHandle, string> check)
    {
        bool hasMicroManager = first.Has(TiffTag.MicroManagerMetadata);
        try
        {
            string? text = first.Text(TiffTag.ImageDescription, OmeReader.Longest);
            TiffDescription description = new(reader.Path, check)
            {
                _hasMicroManager = hasMicroManager,
                Text = text,
                XResolution = first.Rational(TiffTag.XResolution),
                YResolution = first.Rational(TiffTag.YResolution),
            };
            if (ImageJDescription.Parse(text) is null) return description;
            ulong[]? counts = first.Numbers(TiffTag.ImageJMetadataByteCounts, ImageJMetadata.MostItems);
            byte[]? data = first.Bytes(TiffTag.ImageJMetadata, ImageJMetadata.MostBytes);
            return description with { ImageJ = ImageJMetadata.Parse(counts, data), PaletteColor = Palette(first) };
        }
        catch (TiffFormatException failure)
        {
            return new TiffDescription(reader.Path, check) { _hasMicroManager = hasMicroManager, Problem = failure.Detail };
        }
    }

    private static int? Palette(TiffDirectory directory)
    {
        ulong[]? map = directory.Numbers(TiffTag.ColorMap, 3 << 16);
        return map?.Length == LookupTable.Bytes ? LookupTable.Color([.. map.Select(static value => (byte)(value >> 8))]) : null;
    }
}
