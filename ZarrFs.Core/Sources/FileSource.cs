using ZarrFs.Core.Failures;
using ZarrFs.Core.Tiff;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources;

/// <summary>One TIFF file whose pages, all of one shape and type, are the planes along z.</summary>
internal sealed class FileSource : TiffSource
{
    private readonly SourceFile _file;
    private TiffCalibration _calibration;

    /// <summary>Opens a file and reads all its directories.</summary>
    /// <exception cref="SourceException">Not a TIFF, a broken chain of directories, a bad first page, or pages that differ.</exception>
    public FileSource(string path, VolumeMetadata? metadata, SourceOptions options)
        : base(path, System.IO.Path.GetDirectoryName(path)!, metadata, options)
    {
        int pages;
        try
        {
            _file = DirectoryListing.Single(path);
            FirstGood([_file], 1);
            pages = Look(_file, static open => open.Pages);
        }
        catch
        {
            Dispose();
            throw;
        }

        Shape = new VolumeShape(pages, Layout.Height, Layout.Width);
        VoxelSize = metadata?.VoxelSize ?? _calibration.VoxelSize();
        Identify();
    }

    /// <inheritdoc/>
    public override string Kind => "file";

    protected override IReadOnlyList<SourceFile> Files => [_file];

    protected override bool ReadVoxels(in Region region, Span<byte> destination)
    {
        int rowStride = region.Width * DataType.Size();
        int planeBytes = rowStride * region.Height;
        bool any = false;
        for (int i = 0; i < region.Depth; i++)
        {
            any |= ReadPlane(
                _file, (int)region.Z + i, 0, region.Y, region.X, region.Height, region.Width, destination.Slice(i * planeBytes, planeBytes), rowStride);
        }

        return any;
    }

    protected override void Check(SourceFile file, string path, TiffFile tiff)
    {
        TiffPage main = tiff.Page(0);
        for (int page = 1; page < tiff.Count; page++)
        {
            // Malformed pages are bad planes; pages of another kind make the file something else than a stack.
            if (tiff.Failure(page) is UnsupportedException unsupported) throw unsupported;
            if (tiff.Failure(page) is not null) continue;
            TiffPage other = tiff.Page(page);
            if (other.Layout == main.Layout || Describe(other.Layout) == Describe(main.Layout)) continue;
            throw new UnsupportedException(
                path,
                $"page {other.Index} has {Describe(other.Layout)} voxels and page {main.Index} has {Describe(main.Layout)}; " +
                "files whose pages differ are not supported yet, pages of one shape and type are");
        }

        CheckPlanes(path, tiff, file.Size);
        _calibration = tiff.Calibration;
        Layout = main.Layout;
    }

    protected override (long Z, long Depth) Planes(SourceFile file, int? page) => page is { } z ? (z, 1) : (0, Math.Max(1, Shape.Z));

    private static string Describe(PageLayout layout) => $"{layout.Width} × {layout.Height} {layout.DataType.Name()}";

    private static void CheckPlanes(string path, TiffFile tiff, long length)
    {
        // ImageJ writes stacks above 4 GiB as one directory followed by all planes: showing only the first would be wrong.
        long images = tiff.Calibration.Images ?? 1;
        TiffPage main = tiff.Page(0);
        if (tiff.Count == 1 && images > 1 && main.IsContiguous && images <= (length - main.Offset(0)) / main.Layout.Bytes)
        {
            throw new UnsupportedException(
                path, $"an ImageJ stack of {images} planes behind one directory is not supported yet; one directory a plane is");
        }
    }
}
