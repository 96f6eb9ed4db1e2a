using ZarrFs.Core.Failures;
using ZarrFs.Core.Tiff;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources;

/// <summary>
/// A directory of z-slices, one TIFF page a file. Opening it lists the directory and reads one header; the others are checked when first touched.
/// </summary>
internal sealed class SliceSource : TiffSource
{
    private const int MostCandidates = 8;

    private readonly SourceFile[] _files;
    private readonly Dictionary<SourceFile, long> _places;
    private readonly Dictionary<long, SourceFile> _byZ;
    private TiffCalibration _calibration;

    /// <summary>Opens a directory.</summary>
    /// <exception cref="SourceException">Names contradict each other or <c>meta.json</c>, or no slice is good.</exception>
    public SliceSource(string directory, List<SourceFile> files, VolumeMetadata? metadata, SourceOptions options)
        : base(directory, directory, metadata, options)
    {
        SortedList<long, SourceFile> slices = SliceNames.Order(directory, files);
        _files = [.. slices.Values];
        _byZ = new Dictionary<long, SourceFile>(slices);
        _places = slices.ToDictionary(static slice => slice.Value, static slice => slice.Key);
        try
        {
            FirstGood(UsualSizeFirst(_files), MostCandidates);
            CheckExtent();
        }
        catch
        {
            Dispose();
            throw;
        }

        long depth = Math.Max(slices.Keys[^1] + 1, metadata?.Slices ?? 0);
        Shape = new VolumeShape(depth, Layout.Height, Layout.Width);
        VoxelSize = metadata?.VoxelSize ?? _calibration.VoxelSize();
        AddHoles(slices.Keys, depth);
        if (!SliceNames.IsNumeric(SliceNames.Stem(_files[0])) && SliceNames.FindSkip(_files) is (SourceFile before, SourceFile after))
            SourceLog.NumbersSkipped(options.Logger, directory, before.Name, after.Name);
        Identify();
    }

    /// <inheritdoc/>
    public override string Kind => "slices";

    protected override IReadOnlyList<SourceFile> Files => _files;

    protected override bool ReadVoxels(in Region region, Span<byte> destination)
    {
        int rowStride = region.Width * DataType.Size();
        int planeBytes = rowStride * region.Height;
        bool any = false;
        for (int i = 0; i < region.Depth; i++)
        {
            Span<byte> plane = destination.Slice(i * planeBytes, planeBytes);
            if (_byZ.TryGetValue(region.Z + i, out SourceFile? file))
                any |= ReadPlane(file, 0, 0, region.Y, region.X, region.Height, region.Width, plane, rowStride);
            else
                plane.Clear();
        }

        return any;
    }

    protected override void Check(SourceFile file, string path, TiffFile tiff)
    {
        if (tiff.Count != 1) throw new SourceException(path, $"has {tiff.Count} pages, expected 1 in a slice");
        PageLayout layout = tiff.Page(0).Layout;
        if (!HasLayout)
        {
            Layout = layout;
            _calibration = tiff.Calibration;
            return;
        }

        if (layout.Width != Layout.Width || layout.Height != Layout.Height || layout.DataType != Layout.DataType)
        {
            throw new SourceException(
                path,
                $"has {layout.Width} × {layout.Height} {layout.DataType.Name()} voxels, " +
                $"expected {Layout.Width} × {Layout.Height} {Layout.DataType.Name()} like the other slices");
        }
    }

    protected override (long Z, long Depth) Planes(SourceFile file, int? page) => (_places[file], 1);

    /// <summary>
    /// The slice by which the others are measured should be one of the many, not an odd one that happens to come first; slices of one shape
    /// and type have one length, which the listing knows.
    /// </summary>
    private static IEnumerable<SourceFile> UsualSizeFirst(SourceFile[] files)
    {
        long usual = files.CountBy(static file => file.Size).MaxBy(static count => count.Value).Key;
        return files.OrderBy(file => file.Size == usual ? 0 : 1);
    }

    private void CheckExtent()
    {
        Expect("width", Metadata?.Width, Layout.Width);
        Expect("height", Metadata?.Height, Layout.Height);

        void Expect(string field, long? stated, long found)
        {
            if (stated is { } value && value != found)
                throw new SourceException(Metadata!.Path, $"\"{field}\": found {value}, expected {found} as in the slices of {Path}");
        }
    }

    private void AddHoles(IEnumerable<long> present, long depth)
    {
        long next = 0;
        foreach (long z in present.Append(depth))
        {
            if (z > next) AddMissing(next, z - next, z - next == 1 ? $"no slice for z = {next}" : $"no slices for z = {next} to {z - 1}");
            next = z + 1;
        }
    }
}
