using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources.Changes;
using ZarrFs.Core.Tiff;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources;

/// <summary>
/// What slices, cells and multi-page files have in common: planes in TIFF files that are opened when first touched.
/// <para>
/// Two kinds of failure are told apart. What is wrong with a <i>file</i> (truncated, no TIFF, of another shape or type, of a kind that is
/// not read) follows <see cref="SourceOptions.BadSlices"/> and stays: the file is not looked at again until it has changed. One that has
/// changed since the source was opened is bad for good, so that old and new voxels are never mixed; or, where changes are followed
/// (<see cref="SourceOptions.FollowsChanges"/>), not read until the change has been taken in. What is wrong with <i>reading</i> it now (deleted, no permission, no more
/// descriptors, an error of the disk or the network) is always a <see cref="SourceException"/>, whatever the policy, and may be over at
/// the next read: an unmounted disk must not look like an empty scroll.
/// </para>
/// </summary>
internal abstract class TiffSource : ISource
{
    // What a network disk says of a file that another has taken the place of.
    private const int StaleHandle = 116;

    // For a source opened by itself, as tests and `info` do.
    private const long OwnBudget = 256 << 20;

    private readonly SourceOptions _options;
    private readonly BufferPool? _ownPool;
    private readonly SegmentCache _segments;
    private readonly FileCache _files;
    private readonly FileProblems _problems;
    private readonly Lock _units = new();
    private volatile PageLayout? _layout;
    private string _variant = "";

    // What is decoded at once if not only the first page counts: known when all were looked at, and not told before, so that it never changes
    // under somebody who reads.
    private StrongBox<ReadUnit>? _decodedUnit;
    private volatile StrongBox<ReadUnit>? _checkedUnit;

    /// <param name="path">Absolute path of the source.</param>
    /// <param name="directory">Where its files are.</param>
    /// <param name="metadata">Its <c>meta.json</c>.</param>
    /// <param name="options">How it is opened.</param>
    protected TiffSource(string path, string directory, VolumeMetadata? metadata, SourceOptions options)
    {
        Path = path;
        Metadata = metadata;
        Name = metadata?.Name;
        _options = options;
        _problems = new FileProblems(options);
        _files = new FileCache(directory, options.RootOf(directory), options.OpenFiles, Load);
        _segments = new SegmentCache(options.Pool ?? (_ownPool = new BufferPool(OwnBudget)));
    }

    /// <inheritdoc/>
    public abstract string Kind { get; }

    /// <inheritdoc/>
    public abstract string Origin { get; }

    /// <inheritdoc/>
    public string Encoding => Layout.Describe();

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public string? Name { get; protected init; }

    /// <inheritdoc/>
    public VolumeShape Shape { get; protected set; }

    /// <inheritdoc/>
    public DataType DataType => Layout.DataType;

    /// <inheritdoc/>
    public VoxelSize? VoxelSize { get; protected set; }

    /// <inheritdoc/>
    public TimeStep? TimeStep { get; protected set; }

    /// <inheritdoc/>
    public IReadOnlyList<ChannelInfo> Channels { get; protected set; } = [];

    /// <inheritdoc/>
    public ReadUnit Unit => _checkedUnit?.Value ?? UnitOf(Layout);

    /// <inheritdoc/>
    public string Fingerprint { get; private set; } = "";

    /// <inheritdoc/>
    public DateTimeOffset LastModified { get; private set; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Others { get; protected init; } = [];

    /// <inheritdoc/>
    public IReadOnlyList<SourceProblem> Problems => _problems.All;

    /// <summary>Files open now.</summary>
    internal int OpenFiles => _files.Count;

    /// <summary>Strips and tiles decoded so far.</summary>
    internal long Decoded => _segments.Decoded;

    protected VolumeMetadata? Metadata { get; }

    /// <summary>The layout of the first usable page: what the others are compared with.</summary>
    protected PageLayout Layout
    {
        get => _layout ?? throw new InvalidOperationException("no usable page yet");
        set => _layout = value;
    }

    protected bool HasLayout => _layout is not null;

    /// <summary>All files, in an order that depends only on their names.</summary>
    protected abstract IReadOnlyList<SourceFile> Files { get; }

    /// <summary>True if the names of files say where their voxels stand.</summary>
    protected abstract bool AreNamed { get; }

    /// <summary>What the directory has now, listed anew each time; null if the files are not simply those of a directory.</summary>
    protected virtual IReadOnlyList<SourceFile>? Listed => null;

    /// <summary>Names in <see cref="Listed"/> that were seen when the source was opened and are no part of it.</summary>
    protected virtual IReadOnlyCollection<string> PassedOver => [];

    /// <inheritdoc/>
    public bool Read(in Region region, Span<byte> destination)
    {
        if (!region.IsInside(Shape)) throw new ArgumentOutOfRangeException(nameof(region), region, $"not inside {Shape}");
        long bytes = region.Count * DataType.Size();
        if (destination.Length < bytes) throw new ArgumentException($"{destination.Length} bytes, expected at least {bytes}", nameof(destination));
        return ReadVoxels(region, destination[..(int)bytes]);
    }

    /// <inheritdoc/>
    public void CheckAll(IProgress<double>? progress, CancellationToken cancellationToken)
    {
        int done = 0;
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };
        Parallel.ForEach(Files, parallel, file =>
        {
            try
            {
                Touch(file);
            }
            catch (SourceException failure)
            {
                Report(file, FileProblems.WholeFile, failure);
            }

            progress?.Report((double)Interlocked.Increment(ref done) / Files.Count);
        });
        _checkedUnit = Volatile.Read(ref _decodedUnit);
    }

    /// <inheritdoc/>
    public string CurrentFingerprint() => Sources.Fingerprint.Of(
        Kind + _variant,
        Files.Select(file =>
        {
            SourceFile now = DirectoryListing.Listed(PathOf(file));
            return new SourceFile(file.Name, now.Size, now.Modified);
        }),
        Metadata);

    /// <inheritdoc/>
    public SourceLook Look() => FileComparison.Compare(Path, Files, PathOf, BoxOf, Listed, PassedOver);

    /// <inheritdoc/>
    public void TakeIn(IReadOnlyList<SourceChange> changes)
    {
        foreach (SourceChange change in changes)
        {
            if (change.File is not { IsReplaced: false } known) continue; // another look found it, too
            // A new object: what was decoded is kept under the old one, and whoever reads just now compares with the old one.
            Replace(known.Successor(change.Size, change.Modified));
            _files.Forget(known);
            _problems.Forgive(known, PathOf(known));
        }
    }

    /// <inheritdoc/>
    public SourceManifest? Manifest() => !AreNamed ? null : new SourceManifest(
        string.Join('\n', Path, Kind + _variant, Origin, Shape, DataType.Name()),
        [.. Files.Select(file => new ManifestFile(file.Name, file.Size, file.Modified.Ticks, BoxOf(file)))]);

    /// <inheritdoc/>
    public void Dispose()
    {
        _files.Dispose();
        _segments.Dispose();
        _ownPool?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Reads a region known to be inside the shape into a destination of exactly its length.</summary>
    protected abstract bool ReadVoxels(in Region region, Span<byte> destination);

    /// <summary>Says what is wrong with a file just opened, by throwing it.</summary>
    protected abstract void Check(SourceFile file, string path, TiffFile tiff);

    /// <summary>True for the pages of a file that are planes.</summary>
    protected virtual bool Uses(SourceFile file, int page) => true;

    /// <summary>The planes a file, or one of its pages, stands for.</summary>
    protected abstract PlaneSpan Planes(SourceFile file, int? page);

    /// <summary>Puts a file as it is now in the place of what it was.</summary>
    protected abstract void Replace(SourceFile file);

    /// <summary>The voxels that come from a file.</summary>
    protected virtual VoxelBox BoxOf(SourceFile file)
    {
        PlaneSpan planes = Planes(file, null);
        VoxelBox box = VoxelBox.Planes(planes.Z, planes.Z + planes.Depth);
        if (planes.T is { } t) box = box with { FirstT = t, EndT = t + 1 };
        return planes.C is { } c ? box with { FirstC = c, EndC = c + Layout.Channels } : box;
    }

    /// <summary>To be called once, when <see cref="Files"/> is known.</summary>
    /// <param name="variant">What else of the files' voxels these are: which image, in which arrangement.</param>
    protected void Identify(string variant = "")
    {
        if (_options.Photometric == Photometric.Ignore) variant += " as stored";
        _variant = variant;
        Fingerprint = Sources.Fingerprint.Of(Kind + variant, Files, Metadata);
        LastModified = new DateTimeOffset(Files.Max(static file => file.Modified), TimeSpan.Zero);
        _problems.Tell();
    }

    protected void AddMissing(in PlaneSpan planes, string message) =>
        _problems.Add(new SourceProblem(SourceProblemKind.Missing, planes.Z, planes.Depth, Path, message) { T = planes.T, C = planes.C });

    protected string PathOf(SourceFile file) => _files.PathOf(file);

    /// <summary>Opens a file to look at its pages.</summary>
    /// <returns>What <paramref name="look"/> gives, or the default if the file is bad.</returns>
    protected T? Look<T>(SourceFile file, Func<OpenFile, T> look)
    {
        OpenFile? open = Acquire(file);
        if (open is null) return default;
        try
        {
            return look(open);
        }
        finally
        {
            _files.Release(open);
        }
    }

    /// <summary>Opens a file if it has not been looked at yet and reports what is wrong with it and its pages.</summary>
    /// <returns>False if no voxel of it may be used.</returns>
    protected bool Touch(SourceFile file)
    {
        bool good = Look(file, open =>
        {
            for (int page = 0; page < open.Pages; page++)
            {
                if (!Uses(file, page)) continue;
                if (open.Failure(page) is { } failure) Report(file, page, failure);
                else TakeUnit(open.Page(page).Layout);
            }

            return true;
        });
        if (!good) Report(file, FileProblems.WholeFile, file.Failure!);
        return good;
    }

    /// <summary>Like <see cref="Touch"/>, with what the policy says about bad files.</summary>
    protected bool IsUsable(SourceFile file)
    {
        if (Touch(file)) return true;
        return _options.BadSlices == BadSlicePolicy.Fill ? false : throw Again(file.Failure!);
    }

    /// <summary>Opens the first few of <paramref name="files"/> until one is good.</summary>
    /// <exception cref="SourceException">None was: what is wrong with the first.</exception>
    protected SourceFile FirstGood(IEnumerable<SourceFile> files, int most)
    {
        SourceException? first = null;
        foreach (SourceFile file in files.Take(most))
        {
            try
            {
                if (Touch(file)) return file;
                first ??= file.Failure;
            }
            catch (SourceException failure)
            {
                first ??= failure;
            }
        }

        throw Again(first!);
    }

    /// <summary>Reads a box of one channel of a page, rows <paramref name="rowStride"/> bytes apart, or fills it if the file or page is bad.</summary>
    /// <returns>False if it is fill.</returns>
    protected bool ReadPlane(
        SourceFile file, int page, int channel, long y, long x, int height, int width, Span<byte> destination, int rowStride)
    {
        OpenFile? open = file.Failure is null ? Acquire(file) : null;
        if (open is not null)
        {
            try
            {
                if (open.Failure(page) is { } failure) return Bad(file, page, failure, height, width, destination, rowStride);
                PageFile from = new(open.Handle, open.Path, file, _segments) { Holes = open.Holes };
                if (PlaneReader.TryRead(from, open.Page(page), channel, y, x, height, width, destination, rowStride) && open.IsUnchanged()) return true;
                SourceException changed = Changed(file);
                if (_options.FollowsChanges) throw changed;
                file.Failure = changed;
            }
            catch (SourceException failure) when (failure is not SourceChangedException)
            {
                if (_options.FollowsChanges && !open.IsUnchanged()) throw Changed(file);
                // A strip or tile that does not decode: the rest of the page may be good.
                return Bad(file, page, failure, height, width, destination, rowStride);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                if (_options.FollowsChanges && failure.HResult == StaleHandle) throw Changed(file);
                throw new SourceException(PathOf(file), $"page {page}: reading failed: {failure.Message}", failure);
            }
            finally
            {
                _files.Release(open);
            }
        }

        return Bad(file, FileProblems.WholeFile, file.Failure!, height, width, destination, rowStride);
    }

    /// <summary>Writes the fill value into rows that are <paramref name="rowStride"/> bytes apart.</summary>
    protected static void Fill(Span<byte> destination, int rowBytes, int height, int rowStride)
    {
        for (int row = 0; row < height; row++) destination.Slice(row * rowStride, rowBytes).Clear();
    }

    private static ReadUnit UnitOf(PageLayout layout) => layout.IsTiled || layout.IsDecoded
        ? new ReadUnit(1, layout.SegmentHeight, layout.SegmentWidth, layout.SegmentChannels, layout.IsDecoded)
        : new ReadUnit(1, 1, layout.Width, layout.SegmentChannels);

    /// <summary>Remembers the unit of a page that must be decoded otherwise than the first; if there are several, all of a page.</summary>
    private void TakeUnit(PageLayout layout)
    {
        if (!layout.IsDecoded || !HasLayout || layout == Layout) return;
        ReadUnit unit = UnitOf(layout), first = UnitOf(Layout);
        if (unit == first) return;
        var whole = new ReadUnit(1, Layout.Height, Layout.Width, Layout.Channels, IsDecoded: true);
        lock (_units)
        {
            ReadUnit? before = _decodedUnit?.Value ?? (first.IsDecoded ? first : null);
            if (before != unit) Volatile.Write(ref _decodedUnit, new StrongBox<ReadUnit>(before is null ? unit : whole));
        }
    }

    /// <summary>A new exception of the same kind and message: one object must not be thrown by two threads.</summary>
    private static SourceException Again(SourceException failure) => failure switch
    {
        TiffFormatException => new TiffFormatException(failure.Path, failure.Detail, failure),
        UnsupportedException => new UnsupportedException(failure.Path, failure.Detail),
        _ => new SourceException(failure.Path, failure.Detail, failure),
    };

    private SourceException Changed(SourceFile file)
    {
        string was = file.IsGone ? "it was gone" : $"it was {file.Size} bytes, changed {file.Modified:yyyy-MM-dd HH:mm:ss} UTC";
        if (!_options.FollowsChanges) return new SourceException(PathOf(file), $"changed since it was opened ({was}); open the source anew");
        file.IsSuspect = true;
        return new SourceChangedException(PathOf(file), $"changed since it was looked at ({was})");
    }

    private bool Bad(
        SourceFile file, int page, SourceException failure, int height, int width, Span<byte> destination, int rowStride)
    {
        Report(file, page, failure);
        if (_options.BadSlices == BadSlicePolicy.Fail) throw Again(failure);
        Fill(destination, width * DataType.Size(), height, rowStride);
        return false;
    }

    private void Report(SourceFile file, int page, SourceException failure) =>
        _problems.Report(file, PathOf(file), page, () => Planes(file, page == FileProblems.WholeFile ? null : page), failure);

    /// <summary>Opens a file; where changes are followed, one that is not there any more has changed.</summary>
    private OpenFile? Acquire(SourceFile file)
    {
        try
        {
            return _files.Acquire(file);
        }
        catch (SourceException failure) when (_options.FollowsChanges && !file.IsGone && failure.InnerException is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SourceChangedException(failure.Path, "is not there any more", failure);
        }
    }

    private OpenFile Load(SourceFile file, SafeFileHandle handle, string path)
    {
        if (!file.IsSame(handle)) throw Changed(file);
        if (file.Page is { } known) return new OpenFile(file, handle, path, known);
        TiffFile tiff = Parse(file, handle, path);
        if (tiff.Count != 1 || tiff.Failure(0) is not null || !tiff.Page(0).IsCompact) return new OpenFile(file, handle, path, tiff);
        file.Page = tiff.Page(0);
        return new OpenFile(file, handle, path, tiff.Page(0));
    }

    private TiffFile Parse(SourceFile file, SafeFileHandle handle, string path)
    {
        try
        {
            TiffFile tiff = file.TakeTiff() ?? TiffFile.Read(handle, path, file.Size, _layout, _options.Photometric);
            Check(file, path, tiff);
            return _options.FollowsChanges && !file.IsSame(handle) ? throw Changed(file) : tiff;
        }
        catch (SourceException failure) when (_options.FollowsChanges && failure is not SourceChangedException && !file.IsSame(handle))
        {
            throw Changed(file); // what is half written is not bad, only not finished
        }
    }
}
