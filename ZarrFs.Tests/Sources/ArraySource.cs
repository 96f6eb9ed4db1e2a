using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Sources.Changes;
using ZarrFs.Core.Tiff;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Sources;

/// <summary>A source in memory that counts what is read, and that fails, waits or has holes where a test wants it to.</summary>
internal sealed class ArraySource : ISource
{
    private readonly byte[] _voxels;
    private volatile object _identity;
    private int _reads;
    private long _voxelsRead;

    /// <param name="shape">Its shape.</param>
    /// <param name="type">Its type.</param>
    /// <param name="voxels">In the order t, c, z, y, x.</param>
    public ArraySource(VolumeShape shape, DataType type, byte[] voxels)
    {
        Assert.Equal(shape.Count * type.Size(), voxels.Length);
        Shape = shape;
        DataType = type;
        _voxels = voxels;
        _identity = this;
        Unit = new ReadUnit(1, 1, shape.X);
    }

    public string Kind => "array";

    public string Origin => "made up";

    public string Encoding => "in memory";

    public string Path { get; init; } = "/test/array";

    public string? Name { get; init; }

    public VolumeShape Shape { get; }

    public DataType DataType { get; }

    public VoxelSize? VoxelSize { get; init; }

    public TimeStep? TimeStep { get; init; }

    public IReadOnlyList<ChannelInfo> Channels { get; init; } = [];

    public ReadUnit Unit { get; init; }

    public string Fingerprint { get; init; } = "0123456789abcdef0123456789abcdef";

    public DateTimeOffset LastModified { get; init; } = new(2023, 2, 5, 18, 7, 39, TimeSpan.Zero);

    /// <summary>What a test says is missing or bad, before anything is read.</summary>
    public IReadOnlyList<SourceProblem> Problems { get; set; } = [];

    public IReadOnlyList<string> Others => [];

    public byte[] Voxels => _voxels;

    /// <summary>Calls of <see cref="Read"/> so far.</summary>
    public int Reads => Volatile.Read(ref _reads);

    /// <summary>Voxels asked for so far.</summary>
    public long VoxelsRead => Interlocked.Read(ref _voxelsRead);

    /// <summary>Planes that are fill by the source's own knowledge.</summary>
    public ConcurrentDictionary<long, bool> Holes { get; } = new();

    /// <summary>True for a region whose reading fails.</summary>
    public Func<Region, bool>? Fails { get; set; }

    /// <summary>Where units live that are decoded whole; needed if <see cref="ReadUnit.IsDecoded"/>.</summary>
    public SegmentCache? Segments { get; set; }

    /// <summary>How often each unit was decoded, by its page and its number in it.</summary>
    public ConcurrentDictionary<SegmentKey, int> Decodes { get; } = new();

    /// <summary>Called before each unit is decoded.</summary>
    public Action<SegmentKey>? Decoding { get; set; }

    /// <summary>Called before each read, on the worker: may block, sleep or count.</summary>
    public Action<Region>? Before { get; set; }

    /// <summary>Called before each look for changes, which finds none.</summary>
    public Action? Looking { get; set; }

    /// <summary>Called when a change is taken in: changes the voxels.</summary>
    public Action? TakesIn { get; set; }

    /// <summary>Random voxels without zeros nearly everywhere; the first eighth of the planes is zero if <paramref name="zeros"/>.</summary>
    public static ArraySource Random(VolumeShape shape, DataType type, int seed = 1, bool zeros = false)
    {
        var random = new Random(seed);
        byte[] voxels = new byte[shape.Count * type.Size()];
        if (type == DataType.Float32)
        {
            foreach (ref float voxel in MemoryMarshal.Cast<byte, float>(voxels.AsSpan())) voxel = random.Next(1, 100_000) / 8f;
        }
        else if (type == DataType.Float64)
        {
            foreach (ref double voxel in MemoryMarshal.Cast<byte, double>(voxels.AsSpan())) voxel = random.Next(1, 100_000) / 8d;
        }
        else
        {
            random.NextBytes(voxels);
        }

        if (zeros) voxels.AsSpan(0, voxels.Length / 8).Clear();
        return new ArraySource(shape, type, voxels);
    }

    public bool Read(in Region region, Span<byte> destination)
    {
        Assert.True(region.IsInside(Shape), $"{region} is not inside {Shape}");
        Interlocked.Increment(ref _reads);
        Interlocked.Add(ref _voxelsRead, region.Count);
        Before?.Invoke(region);
        if (Fails?.Invoke(region) == true) throw new SourceException(Path, $"broken on purpose at z {region.Z}");

        int size = DataType.Size();
        bool any = false;
        if (Unit.IsDecoded)
        {
            for (int z = 0; z < region.Depth; z++) ReadDecoded(region, z, destination);
            return true;
        }

        for (int z = 0; z < region.Depth; z++)
        {
            bool hole = Holes.ContainsKey(region.Z + z);
            any |= !hole;
            for (int y = 0; y < region.Height; y++)
            {
                Span<byte> row = destination.Slice(((z * region.Height) + y) * region.Width * size, region.Width * size);
                long from = (((((((region.T * Shape.C) + region.C) * Shape.Z) + region.Z + z) * Shape.Y) + region.Y + y) * Shape.X) + region.X;
                if (hole) row.Clear();
                else _voxels.AsSpan(checked((int)(from * size)), row.Length).CopyTo(row);
            }
        }

        return any;
    }

    /// <summary>The planes of all channels of a unit come from one decoding, one behind the other.</summary>
    private void ReadDecoded(in Region region, int z, Span<byte> destination)
    {
        int size = DataType.Size();
        long across = ((Shape.X - 1) / Unit.Width) + 1;
        long group = region.C / Unit.Channels;
        long page = (((region.T * Shape.C) + group) * Shape.Z) + region.Z + z;
        for (long unitY = region.Y / Unit.Height; unitY * Unit.Height < region.EndY; unitY++)
        {
            for (long unitX = region.X / Unit.Width; unitX * Unit.Width < region.EndX; unitX++)
            {
                var unit = new Region(
                    region.T, group * Unit.Channels, region.Z + z, unitY * Unit.Height, unitX * Unit.Width,
                    1, (int)Math.Min(Unit.Height, Shape.Y - (unitY * Unit.Height)), (int)Math.Min(Unit.Width, Shape.X - (unitX * Unit.Width)));
                var key = new SegmentKey(_identity, (int)page, (unitY * across) + unitX);
                using Lease lease = Segments!.Get(key, (int)unit.Count * Unit.Channels * size, decoded => Decode(key, unit, decoded));
                long from = Math.Max(unit.X, region.X), to = Math.Min(unit.EndX, region.EndX);
                for (long y = Math.Max(unit.Y, region.Y); y < Math.Min(unit.EndY, region.EndY); y++)
                {
                    long source = ((((region.C - unit.C) * unit.Height) + y - unit.Y) * unit.Width) + from - unit.X;
                    long target = ((((z * region.Height) + y - region.Y) * region.Width) + from - region.X) * size;
                    lease.Span.Slice((int)source * size, (int)(to - from) * size).CopyTo(destination[(int)target..]);
                }
            }
        }
    }

    private void Decode(SegmentKey key, Region unit, Span<byte> decoded)
    {
        Decodes.AddOrUpdate(key, 1, static (_, count) => count + 1);
        Decoding?.Invoke(key);
        int size = DataType.Size(), rowBytes = unit.Width * size;
        for (int row = 0; row < Unit.Channels * unit.Height; row++)
        {
            long c = unit.C + (row / unit.Height), y = unit.Y + (row % unit.Height);
            long from = (((((((unit.T * Shape.C) + c) * Shape.Z) + unit.Z) * Shape.Y) + y) * Shape.X) + unit.X;
            _voxels.AsSpan(checked((int)(from * size)), rowBytes).CopyTo(decoded[(row * rowBytes)..]);
        }
    }

    public SourceLook Look()
    {
        Looking?.Invoke();
        return SourceLook.Nothing;
    }

    public void TakeIn(IReadOnlyList<SourceChange> changes)
    {
        _identity = new object(); // what was decoded is of before
        TakesIn?.Invoke();
    }

    public void CheckAll(IProgress<double>? progress, CancellationToken cancellationToken) => progress?.Report(1);

    public void Dispose()
    {
    }
}
