using ZarrFs.Core.Failures;
using ZarrFs.Core.Tiff;
using ZarrFs.Core.Tiff.Descriptions;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources;

/// <summary>
/// Planes along t, c, z, each a page of a file: slices in a directory, the pages of one file, or of a set of files. Opening it reads one
/// header; the other files are checked when first touched.
/// </summary>
internal sealed class StackSource : TiffSource
{
    private const int MostCandidates = 8;
    private const string AfterRestart = "it is shown as it is now after a restart";

    private readonly Stack _stack;
    private readonly PlaneTable _planes;
    private readonly SourceFile[] _files;
    private readonly PlanePlaces _places;
    private readonly SourceRoot _root;
    private VoxelSize? _described;

    /// <summary>Opens a stack.</summary>
    /// <exception cref="SourceException">No file is good, or the first good one contradicts <c>meta.json</c>.</exception>
    public StackSource(Stack stack, VolumeMetadata? metadata, SourceOptions options)
        : base(stack.Path, stack.Directory, metadata, options)
    {
        _stack = stack;
        _root = options.RootOf(stack.Directory);
        _planes = stack.Series.Planes;
        _files = [.. stack.Files];
        _places = new PlanePlaces(_files, _planes);
        try
        {
            FirstGood(UsualSizeFirst(_files.Where(file => _places.Of(file).Length > 0)), MostCandidates);
            if (stack.IsSlices) CheckExtent();
        }
        catch
        {
            Dispose();
            throw;
        }

        Name = stack.Series.Name ?? metadata?.Name;
        Others = stack.Others;
        Shape = new VolumeShape(_planes.T, _planes.C * Layout.Channels, _planes.Z, Layout.Height, Layout.Width);
        VoxelSize = metadata?.VoxelSize ?? stack.Series.VoxelSize ?? _described;
        TimeStep = stack.Series.TimeStep;
        Channels = SampleChannels.Of(Layout, stack.Series.Channels, Shape.C);
        AddHoles();
        Identify(stack.Variant);
    }

    /// <inheritdoc/>
    public override string Origin => _stack.Series.Origin;

    /// <inheritdoc/>
    public override string Kind => _stack.IsSlices ? "slices" : _files.Length == 1 ? "file" : "files";

    /// <summary>Number of planes that are there.</summary>
    public int PlaneCount => _planes.Count;

    protected override IReadOnlyList<SourceFile> Files => _files;

    protected override bool AreNamed => _stack.IsSlices;

    protected override IReadOnlyList<SourceFile>? Listed => !_stack.IsSlices ? null
        : _files.Any(static file => file.Name.Contains('/', StringComparison.Ordinal)) ? DirectoryListing.TiffsBelow(_stack.Directory)
        : DirectoryListing.Tiffs(_stack.Directory);

    protected override IReadOnlyCollection<string> PassedOver => _stack.PassedOver;

    protected override void Replace(SourceFile file) => Volatile.Write(ref _files[file.Number], file);

    protected override bool ReadVoxels(in Region region, Span<byte> destination)
    {
        int rowStride = region.Width * DataType.Size();
        int planeBytes = rowStride * region.Height;
        (long c, long channel) = Math.DivRem(region.C, Layout.Channels);
        bool any = false;
        for (int i = 0; i < region.Depth; i++)
        {
            Span<byte> plane = destination.Slice(i * planeBytes, planeBytes);
            if (_planes.TryGet(region.T, c, region.Z + i, out PlaneRef at))
            {
                any |= ReadPlane(
                    Volatile.Read(ref _files[at.File]), at.Page, (int)channel, region.Y, region.X, region.Height, region.Width, plane, rowStride);
            }
            else
            {
                plane.Clear();
            }
        }

        return any;
    }

    protected override void Check(SourceFile file, string path, TiffFile tiff)
    {
        ReadOnlySpan<PlanePlace> places = _places.Of(file);
        if (_stack.PagesPerFile is { } expected && tiff.Full.Count != expected)
            throw new SourceException(path, $"has {tiff.Full.Count} pages, expected {expected} in a slice");
        TiffPage? good = null;
        foreach (PlanePlace place in places)
        {
            int page = place.Plane.Page;
            if (page >= tiff.Count) throw new SourceException(path, $"has {tiff.Count} pages, expected a page {page}");
            if (tiff.Failure(page) is not null) continue;
            good ??= tiff.Page(page);
            if (!HasLayout)
            {
                if (_stack.IsSlices) _described = TiffDescription.Read(path, _root.Check).VoxelSize();
                Layout = good.Layout;
            }

            if (Mismatch(path, good, tiff.Page(page)) is { } mismatch) throw mismatch;
        }

        if (good is null && places.Length > 0) throw tiff.Failure(places[0].Plane.Page)!;
        if (!_stack.IsSlices && file != _stack.Files[file.Number]) CheckPlanes(file, path, tiff);
    }

    protected override bool Uses(SourceFile file, int page)
    {
        foreach (PlanePlace place in _places.Of(file))
        {
            if (place.Plane.Page == page) return true;
        }

        return false;
    }

    protected override PlaneSpan Planes(SourceFile file, int? page)
    {
        PlaneSpan span = _places.Around(file, page) ?? new PlaneSpan(null, null, 0, Math.Max(1, _planes.Z));
        return span with { T = _planes.T > 1 ? span.T : null, C = _planes.C > 1 && HasLayout ? span.C * Layout.Channels : null };
    }

    /// <summary>
    /// The slice by which the others are measured should be one of the many, not an odd one that happens to come first; slices of one shape
    /// and type have one length, which the listing knows.
    /// </summary>
    public static IEnumerable<SourceFile> UsualSizeFirst(IEnumerable<SourceFile> files)
    {
        SourceFile[] all = [.. files];
        long usual = all.CountBy(static file => file.Size).MaxBy(static count => count.Value).Key;
        return all.OrderBy(file => file.Size == usual ? 0 : 1);
    }

    private static string Describe(PageLayout layout) =>
        $"{layout.Width} × {layout.Height} {layout.DataType.Name()}" + (layout.Channels == 1 ? "" : $" × {layout.Channels} channels");

    /// <summary>Says how a page differs from the others, or null if it does not.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="first">The first good page of the same file.</param>
    /// <param name="page">The page.</param>
    private SourceException? Mismatch(string path, TiffPage first, TiffPage page)
    {
        if (page.Layout == Layout) return null;
        string found = Describe(page.Layout);
        string expected = Describe(Layout);
        if (found == expected) return null;
        if (page == first) return new SourceException(path, $"has {found} voxels, expected {expected} like the other {(_stack.IsSlices ? "slices" : "files")}");
        return new UnsupportedException(
            path,
            $"page {page.Index} has {found} voxels and page {first.Index} has {expected}; " +
            "files whose pages differ are not supported yet, pages of one shape and type are");
    }

    /// <summary>
    /// A file that has been saved anew may have its pages in another order, or more of them between the known ones. Voxels at wrong places are worse
    /// than none.
    /// </summary>
    private void CheckPlanes(SourceFile file, string path, TiffFile tiff)
    {
        SeriesSet found = SeriesFinder.Find(_stack.Directory, file, tiff, _root);
        bool isDescribed = file.Number == 0 && _stack.IsSelfDescribed;
        if (!isDescribed && found.Series[0].Origin != Origin) return; // another file of the set, or a companion, says what its pages are
        if (_stack.Image >= found.Series.Count)
            throw new SourceException(path, $"was saved anew with {found.Series.Count} images, expected an image {_stack.Image}; {AfterRestart}");
        PlaneTable now = found.Series[_stack.Image].Planes;
        foreach (PlanePlace place in _places.Of(file))
        {
            bool isThere = place.T < now.T && place.C < now.C && place.Z < now.Z && now.TryGet(place.T, place.C, place.Z, out PlaneRef plane)
                && plane == new PlaneRef(0, place.Plane.Page);
            if (isThere) continue;
            throw new SourceException(
                path,
                $"was saved anew with its pages in other places: {now.T} × {now.C} × {now.Z} planes (t c z), " +
                $"expected those of before, {_planes.T} × {_planes.C} × {_planes.Z}; {AfterRestart}");
        }
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

    /// <summary>One entry for each gap along z where something stands at that time and channel; what is missing altogether is told together.</summary>
    private void AddHoles()
    {
        // In the widest arithmetic: all three sizes come from a file.
        Int128 all = (Int128)_planes.T * _planes.C;
        if (_planes.Count == all * _planes.Z) return;
        string noun = _stack.IsSlices ? "slice" : "plane";
        long stacks = 0;
        foreach (IGrouping<(long T, long C), long> stack in _planes.All()
            .OrderBy(static place => (place.T, place.C, place.Z)).GroupBy(static place => (place.T, place.C), static place => place.Z))
        {
            stacks++;
            PlaneSpan whole = new(_planes.T > 1 ? stack.Key.T : null, _planes.C > 1 ? stack.Key.C * Layout.Channels : null, 0, 0);
            string where = (whole.T is { } t ? $", t = {t}" : "") + (whole.C is { } c ? $", c = {c}" : "");
            long next = 0;
            foreach (long z in stack.Append(_planes.Z))
            {
                if (z > next)
                {
                    string planes = z - next == 1 ? $"no {noun} for z = {next}" : $"no {noun}s for z = {next} to {z - 1}";
                    AddMissing(whole with { Z = next, Depth = z - next }, planes + where);
                }

                next = z + 1;
            }
        }

        if (all > stacks)
            AddMissing(new PlaneSpan(null, null, 0, _planes.Z), $"no {noun}s at all in {all - stacks} of {all} combinations of time and channel");
    }
}
