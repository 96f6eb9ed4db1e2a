using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Enumeration;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources.Changes;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources.Zarr;

/// <summary>
/// An array of a Zarr hierarchy, v2 or v3, by itself or as a level of an OME-Zarr image. A chunk without a file is fill by nature. One that
/// is damaged follows <see cref="SourceOptions.BadSlices"/> and stays so; one that cannot be read now is always an error.
/// </summary>
internal sealed class ZarrSource : ISource
{
    private readonly ZarrArray _array;
    private readonly ZarrGroup? _group;
    private readonly VolumeMetadata? _volume;
    private readonly ChunkLayout _layout;
    private readonly SourceOptions _options;
    private readonly BufferPool? _ownPool;
    private readonly ChunkReader _chunks;
    private readonly ProblemList _problems = new();
    private readonly ConcurrentDictionary<long, bool> _reported = new();

    /// <param name="directory">What the user named: an array, or the image it is a level of.</param>
    /// <param name="array">The array.</param>
    /// <param name="group">The image's group; null for an array by itself.</param>
    /// <param name="image">What OME-Zarr says of the image; null if nothing.</param>
    /// <param name="level">Which level of it.</param>
    /// <param name="options">How it is opened.</param>
    public ZarrSource(string directory, ZarrArray array, ZarrGroup? group, OmeMultiscale? image, int level, SourceOptions options)
    {
        _array = array;
        _options = options;
        Path = directory;
        ArrayAxes axes = ArrayAxes.Of(array, image?.Axes ?? []);
        _layout = new ChunkLayout(array, axes);
        VolumeMetadata? volume = group is null ? null : VolumeMetadata.Find(directory, options.RootOf(directory));
        (_group, _volume) = (group, volume);
        ZarrScale scale = ZarrScale.Of(axes, image, level);
        VoxelSize = scale.Voxel ?? (volume?.VoxelMicrometers is 1 ? null : volume?.VoxelSize); // 1 is what is written where nothing is known
        TimeStep = scale.Time;
        Channels = image?.Channels.Count == Shape.C ? image.Channels : [];
        Name = volume?.Name ?? (image?.Name is { } name && name.Trim('/').Length > 0 ? name : null);
        Origin = image is null ? $"Zarr v{array.Format} array" : $"OME-Zarr {image.Version ?? "of no stated version"}";
        int coarser = (image?.Datasets.Count ?? 0) - 1 - level;
        Others = coarser > 0 ? [$"{coarser} coarser {(coarser == 1 ? "level" : "levels")} of the store: levels are made anew"] : [];
        (Fingerprint, LastModified) = ZarrFingerprint.Of(array, group, volume);
        _chunks = new ChunkReader(array, _layout, options.Pool ?? (_ownPool = new BufferPool(OwnBudget())), options.OpenFiles, options.RootOf(directory));
    }

    /// <inheritdoc/>
    public string Kind => "zarr";

    /// <inheritdoc/>
    public string Origin { get; }

    /// <inheritdoc/>
    public string Encoding =>
        string.Create(CultureInfo.InvariantCulture, $"Zarr v{_array.Format}, {_array.Codecs}, chunks of {string.Join('×', _array.Chunk)}")
        + (_array.IsBigEndian ? ", big-endian" : "") + (_layout.HasRows ? "" : ", x not the fastest");

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public string? Name { get; }

    /// <inheritdoc/>
    public VolumeShape Shape => _layout.Shape;

    /// <inheritdoc/>
    public DataType DataType => _array.DataType;

    /// <inheritdoc/>
    public VoxelSize? VoxelSize { get; }

    /// <inheritdoc/>
    public TimeStep? TimeStep { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ChannelInfo> Channels { get; }

    /// <inheritdoc/>
    public ReadUnit Unit => _layout.Unit;

    /// <inheritdoc/>
    public string Fingerprint { get; }

    /// <inheritdoc/>
    public DateTimeOffset LastModified { get; }

    /// <inheritdoc/>
    public IReadOnlyList<SourceProblem> Problems => _problems.Snapshot();

    /// <inheritdoc/>
    public IReadOnlyList<string> Others { get; }

    /// <summary>Chunks decoded so far.</summary>
    internal long Decoded => _chunks.Decoded;

    /// <summary>Files open or known to be missing now.</summary>
    internal int OpenFiles => _chunks.OpenFiles;

    /// <summary>Files opened, or found missing, so far.</summary>
    internal long Opened => _chunks.Opened;

    /// <inheritdoc/>
    public bool Read(in Region region, Span<byte> destination)
    {
        if (!region.IsInside(Shape)) throw new ArgumentOutOfRangeException(nameof(region), region, $"not inside {Shape}");
        long bytes = region.Count * DataType.Size();
        if (destination.Length < bytes) throw new ArgumentException($"{destination.Length} bytes, expected at least {bytes}", nameof(destination));
        long chunkZ = _layout.Chunk(ArrayAxes.Z), chunkY = _layout.Chunk(ArrayAxes.Y), chunkX = _layout.Chunk(ArrayAxes.X);
        bool any = false;
        for (long z = region.Z / chunkZ; z * chunkZ < region.EndZ; z++)
        {
            for (long y = region.Y / chunkY; y * chunkY < region.EndY; y++)
            {
                for (long x = region.X / chunkX; x * chunkX < region.EndX; x++) any |= ReadChunk(region, z, y, x, destination);
            }
        }

        return any;
    }

    /// <inheritdoc/>
    public void CheckAll(IProgress<double>? progress, CancellationToken cancellationToken)
    {
        double chunks = 1;
        for (int axis = 0; axis < ArrayAxes.Count; axis++) chunks *= _layout.Counts(axis);
        long done = 0;
        try
        {
            // Only the files that are there: a grid may have a million times as many places.
            foreach ((string key, long length) in Files())
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (_array.Keys.Parse(key, _array.Shape.Count) is not { } dimensions || _layout.Index(dimensions) is not { } index) continue;
                long number = _layout.Number(index);
                if (_chunks.Mismatch(length) is { } wrong) Report(number, new SourceException(_chunks.PathOf(number), wrong));
                progress?.Report(++done / chunks);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SourceException(_array.Directory, $"cannot be listed: {failure.Message}", failure);
        }

        progress?.Report(1);
    }

    /// <inheritdoc/>
    public string CurrentFingerprint() => ZarrFingerprint.Of(_array, _group, _volume).Fingerprint;

    /// <inheritdoc/>
    public SourceLook Look() => CurrentFingerprint() == Fingerprint ? SourceLook.Nothing : new SourceLook([], "chunks or metadata of the store changed");

    /// <inheritdoc/>
    public void Dispose()
    {
        _chunks.Dispose();
        _ownPool?.Dispose();
    }

    private bool ReadChunk(in Region region, long chunkZ, long chunkY, long chunkX, Span<byte> destination)
    {
        int size = DataType.Size();
        (long t, long insideT) = Math.DivRem(region.T, _layout.Chunk(ArrayAxes.T));
        (long c, long insideC) = Math.DivRem(region.C, _layout.Chunk(ArrayAxes.C));
        (long z, int depth) = Overlap(chunkZ, _layout.Chunk(ArrayAxes.Z), region.Z, region.EndZ);
        (long y, int height) = Overlap(chunkY, _layout.Chunk(ArrayAxes.Y), region.Y, region.EndY);
        (long x, int width) = Overlap(chunkX, _layout.Chunk(ArrayAxes.X), region.X, region.EndX);
        int rowStride = region.Width * size, planeStride = rowStride * region.Height;
        ChunkBox box = new(
            insideT, insideC, z - chunkZ * _layout.Chunk(ArrayAxes.Z), y - chunkY * _layout.Chunk(ArrayAxes.Y), x - chunkX * _layout.Chunk(ArrayAxes.X),
            depth, height, width, planeStride, rowStride);
        destination = destination[checked((int)(((z - region.Z) * region.Height + (y - region.Y)) * rowStride + (x - region.X) * size))..];
        long number = _layout.Number([t, c, chunkZ, chunkY, chunkX]);
        try
        {
            return _chunks.Read(number, box, destination);
        }
        catch (SourceException failure)
        {
            Report(number, failure);
            if (_options.BadSlices == BadSlicePolicy.Fail) throw;
            for (int i = 0; i < depth * height; i++) destination.Slice(i / height * planeStride + i % height * rowStride, width * size).Clear();
            return false;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SourceException(_chunks.PathOf(number), $"cannot be read: {failure.Message}", failure);
        }
    }

    private static (long Start, int Length) Overlap(long chunk, long size, long start, long end)
    {
        long first = Math.Max(start, chunk * size);
        return (first, (int)(Math.Min(end, (chunk + 1) * size) - first));
    }

    private void Report(long number, SourceException failure)
    {
        if (_reported.Count >= ProblemList.Most || !_reported.TryAdd(number, true)) return;
        PlaneSpan planes = _layout.Planes(number);
        SourceProblem problem = new(SourceProblemKind.Bad, planes.Z, planes.Depth, failure.Path, failure.Detail) { T = planes.T, C = planes.C };
        _problems.Add(problem);
        if (_options.BadSlices == BadSlicePolicy.Fill) SourceLog.BadFilled(_options.Logger, problem.Path, problem.Message, problem.Planes);
        else SourceLog.BadFailing(_options.Logger, problem.Path, problem.Message, problem.Planes);
    }

    /// <summary>All files where chunks may lie, by their paths relative to the array's directory, with their lengths.</summary>
    private FileSystemEnumerable<(string Key, long Length)> Files() =>
        new(
            _array.Directory, static (ref FileSystemEntry entry) => (DirectoryListing.RelativeName(ref entry), DirectoryListing.LengthOf(ref entry)),
            ChunkFolders.Options(_array.Folders))
        {
            ShouldIncludePredicate = static (ref FileSystemEntry entry) => !entry.IsDirectory && !entry.FileName.StartsWith('.'),
            ShouldRecursePredicate = static (ref FileSystemEntry entry) => ChunkFolders.IsOne(ref entry),
        };

    /// <summary>For a source opened by itself, as tests do: a chunk, its file, and some to keep.</summary>
    private long OwnBudget() => Math.Max(256L << 20, 4 * (_array.ChunkBytes + _array.Codecs.MostEncodedBytes(_array.ChunkBytes)));
}
