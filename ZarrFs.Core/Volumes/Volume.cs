using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;

namespace ZarrFs.Core.Volumes;

/// <summary>One view on a source: a part of it, possibly moved, possibly of another type. What a face shows is always a view.</summary>
public sealed class Volume
{
    // Far more than any store has, and few enough that no sum of sizes overflows.
    private const long MostBytes = 1L << 60;

    // What the view's first voxel is in the source; negative where it lies before the source.
    private readonly long _originZ;
    private readonly long _originY;
    private readonly long _originX;

    // The source's first voxel that is shown, in the view; what is before it is 0.
    private readonly long _firstZ;
    private readonly long _firstY;
    private readonly long _firstX;
    private long _bytesRead;

    /// <param name="source">The voxels; the caller keeps it alive and disposes it.</param>
    /// <param name="ranges">Which part of the source.</param>
    /// <param name="type">The type to show: the source's, or uint8 for a uint16 source (the high byte: ÷ 256, as scroll2zarr's <c>--obytes 1</c>).</param>
    /// <param name="voxelSize">Replaces the source's own voxel size.</param>
    /// <param name="shift">Where the source's first voxel comes to stand; what ranges count is after that.</param>
    /// <exception cref="OptionException">The shift or the ranges leave nothing of the source, or the type cannot be had from the source's.</exception>
    public Volume(ISource source, VolumeRanges ranges, DataType? type, VoxelSize? voxelSize, VolumeShift shift = default)
    {
        Source = source;
        Ranges = ranges;
        Shift = shift;
        (_originZ, _originY, _originX, Shape) = ranges.Apply(shift.Apply(source.Shape));
        (_originZ, _originY, _originX) = (_originZ - shift.Z, _originY - shift.Y, _originX - shift.X);
        (_firstZ, _firstY, _firstX) = (First('z', _originZ, Shape.Z), First('y', _originY, Shape.Y), First('x', _originX, Shape.X));
        DataType = type ?? source.DataType;
        if ((Int128)Shape.T * Shape.C * source.DataType.Size() * Shape.Z * Shape.Y > MostBytes / Shape.X)
            throw new OptionException("--shift", $"{shift} makes a volume of {Shape}, which is larger than {MostBytes} bytes");
        if (DataType != source.DataType && (DataType, source.DataType) is not (DataType.UInt8, DataType.UInt16))
        {
            throw new OptionException(
                "--type", $"{DataType.Name()} cannot be made from {source.Path}, which is {source.DataType.Name()}; only uint8 from uint16 (÷ 256) is possible");
        }

        VoxelSize = voxelSize ?? source.VoxelSize ?? VoxelSize.None;
    }

    /// <summary>Where the voxels come from.</summary>
    public ISource Source { get; }

    /// <summary>Which part of the source, after <see cref="Shift"/>.</summary>
    public VolumeRanges Ranges { get; }

    /// <summary>Where the source's first voxel stands.</summary>
    public VolumeShift Shift { get; }

    /// <summary>Voxels along t, c, z, y, x.</summary>
    public VolumeShape Shape { get; }

    /// <summary>What the view's first plane is in the source; negative where it lies before the source.</summary>
    public long OriginZ => _originZ;

    /// <summary>What the view's first row is in the source; negative where it lies before the source.</summary>
    public long OriginY => _originY;

    /// <summary>What the view's first column is in the source; negative where it lies before the source.</summary>
    public long OriginX => _originX;

    /// <summary>The type of a voxel as <see cref="Read"/> gives it.</summary>
    public DataType DataType { get; }

    /// <summary>The distance between voxel centres.</summary>
    public VoxelSize VoxelSize { get; }

    /// <summary>Bytes of voxels that the source has given by now, by whomever they were read; what it knows to be fill does not count.</summary>
    public long BytesRead => Volatile.Read(ref _bytesRead);

    /// <summary>The time between time points, or null where the source states none.</summary>
    public TimeStep? TimeStep => Source.TimeStep;

    /// <summary>Bytes of scratch that <see cref="Read"/> needs for a region of so many voxels: none unless the type is converted.</summary>
    public long ScratchBytes(long voxels) => DataType == Source.DataType ? 0 : voxels * Source.DataType.Size();

    /// <summary>Reads a region that lies inside <see cref="Shape"/>: C order, little-endian, every byte of it written.</summary>
    /// <param name="region">In voxels of this view.</param>
    /// <param name="destination">Takes the voxels.</param>
    /// <param name="scratch">At least <see cref="ScratchBytes"/> for the region.</param>
    /// <returns>False if the source knows that it is all fill.</returns>
    public bool Read(in Region region, Span<byte> destination, Span<byte> scratch)
    {
        int before = (int)Math.Clamp(_firstZ - region.Z, 0, region.Depth);
        int above = (int)Math.Clamp(_firstY - region.Y, 0, region.Height);
        int left = (int)Math.Clamp(_firstX - region.X, 0, region.Width);
        destination = destination[..checked((int)(region.Count * DataType.Size()))];
        if ((before | above | left) == 0) return ReadShown(region, destination, scratch);
        if (before == region.Depth || above == region.Height || left == region.Width)
        {
            destination.Clear();
            return false;
        }

        Region shown = region with
        {
            Z = region.Z + before, Y = region.Y + above, X = region.X + left,
            Depth = region.Depth - before, Height = region.Height - above, Width = region.Width - left,
        };
        bool any = ReadShown(shown, destination[..(int)(shown.Count * DataType.Size())], scratch);
        Spread(region, shown, destination);
        return any;
    }

    /// <summary>
    /// Widens a span of columns to the source's natural read units, within the view: what is read anyway when
    /// <paramref name="start"/> ≤ x &lt; <paramref name="end"/> is read.
    /// </summary>
    public (long Start, long End) WidenX(long start, long end) => Widen(start, end, Source.Unit.Width, _originX, Shape.X);

    /// <summary>The same for a span of rows.</summary>
    public (long Start, long End) WidenY(long start, long end) => Widen(start, end, Source.Unit.Height, _originY, Shape.Y);

    /// <summary>The same for a span of planes.</summary>
    public (long Start, long End) WidenZ(long start, long end) => Widen(start, end, Source.Unit.Depth, _originZ, Shape.Z);

    /// <summary>Units go on before the source's first voxel, where there is nothing to read: work is shared out alike there.</summary>
    private static (long Start, long End) Widen(long start, long end, long unit, long origin, long limit)
    {
        long first = Floor(start + origin, unit) - origin;
        long last = Floor(end + origin + unit - 1, unit) - origin;
        return (Math.Max(0, first), Math.Min(limit, last));
    }

    private static long Floor(long value, long unit) => value - (((value % unit) + unit) % unit);

    private long First(char axis, long origin, long length)
    {
        if (-origin < length) return Math.Max(0, -origin);
        throw new OptionException("--ranges", $"{Ranges} shows nothing of {Source.Path}, whose first voxel --shift {Shift} moves along {axis} beyond the range's end");
    }

    /// <summary>Reads a region that has voxels of the source only.</summary>
    private bool ReadShown(in Region region, Span<byte> destination, Span<byte> scratch)
    {
        Region inSource = region with { Z = region.Z + _originZ, Y = region.Y + _originY, X = region.X + _originX };
        if (DataType == Source.DataType) return Counted(Source.Read(inSource, destination), destination.Length);

        Span<byte> wide = scratch[..checked((int)ScratchBytes(region.Count))];
        bool any = Counted(Source.Read(inSource, wide), wide.Length);
        if (any) Conversion.UInt16ToUInt8(wide, destination);
        else destination.Clear();
        return any;
    }

    private bool Counted(bool any, int bytes)
    {
        if (any) Interlocked.Add(ref _bytesRead, bytes);
        return any;
    }

    /// <summary>
    /// Moves the rows of what was read, which lie one after the other at the start, to their places in the whole region, and clears what is
    /// before them. The last row first: no place is before the one that a row comes from.
    /// </summary>
    private void Spread(in Region region, in Region shown, Span<byte> destination)
    {
        int size = DataType.Size(), row = region.Width * size, length = shown.Width * size;
        int above = region.Height - shown.Height;
        for (int z = region.Depth - 1; z >= 0; z--)
        {
            for (int y = region.Height - 1; y >= 0; y--)
            {
                Span<byte> to = destination.Slice((z * region.Height + y) * row, row);
                int from = z - (region.Depth - shown.Depth);
                if (from < 0 || y < above)
                {
                    to.Clear();
                    continue;
                }

                destination.Slice((from * shown.Height + (y - above)) * length, length).CopyTo(to[^length..]);
                to[..^length].Clear();
            }
        }
    }
}
