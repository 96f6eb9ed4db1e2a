using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;

namespace ZarrFs.Core.Volumes;

/// <summary>One view on a source: a part of it, possibly of another type. What a face shows is always a view.</summary>
public sealed class Volume
{
    private readonly long _originZ;
    private readonly long _originY;
    private readonly long _originX;

    /// <param name="source">The voxels; the caller keeps it alive and disposes it.</param>
    /// <param name="ranges">Which part of the source.</param>
    /// <param name="type">The type to show: the source's, or uint8 for a uint16 source (the high byte: ÷ 256, as scroll2zarr's <c>--obytes 1</c>).</param>
    /// <param name="voxelSize">Replaces the source's own voxel size.</param>
    /// <exception cref="OptionException">The ranges lie outside the source, or the type cannot be had from the source's.</exception>
    public Volume(ISource source, VolumeRanges ranges, DataType? type, VoxelSize? voxelSize)
    {
        Source = source;
        Ranges = ranges;
        (_originZ, _originY, _originX, Shape) = ranges.Apply(source.Shape);
        DataType = type ?? source.DataType;
        if (DataType != source.DataType && (DataType, source.DataType) is not (DataType.UInt8, DataType.UInt16))
        {
            throw new OptionException(
                "--type", $"{DataType.Name()} cannot be made from {source.Path}, which is {source.DataType.Name()}; only uint8 from uint16 (÷ 256) is possible");
        }

        VoxelSize = voxelSize ?? source.VoxelSize ?? VoxelSize.None;
    }

    /// <summary>Where the voxels come from.</summary>
    public ISource Source { get; }

    /// <summary>Which part of the source.</summary>
    public VolumeRanges Ranges { get; }

    /// <summary>Voxels along t, c, z, y, x.</summary>
    public VolumeShape Shape { get; }

    /// <summary>The type of a voxel as <see cref="Read"/> gives it.</summary>
    public DataType DataType { get; }

    /// <summary>The distance between voxel centres.</summary>
    public VoxelSize VoxelSize { get; }

    /// <summary>Bytes of scratch that <see cref="Read"/> needs for a region of so many voxels: none unless the type is converted.</summary>
    public long ScratchBytes(long voxels) => DataType == Source.DataType ? 0 : voxels * Source.DataType.Size();

    /// <summary>Reads a region that lies inside <see cref="Shape"/>: C order, little-endian, every byte of it written.</summary>
    /// <param name="region">In voxels of this view.</param>
    /// <param name="destination">Takes the voxels.</param>
    /// <param name="scratch">At least <see cref="ScratchBytes"/> for the region.</param>
    /// <returns>False if the source knows that it is all fill.</returns>
    public bool Read(in Region region, Span<byte> destination, Span<byte> scratch)
    {
        Region inSource = region with { Z = region.Z + _originZ, Y = region.Y + _originY, X = region.X + _originX };
        if (DataType == Source.DataType) return Source.Read(inSource, destination);

        Span<byte> wide = scratch[..checked((int)ScratchBytes(region.Count))];
        bool any = Source.Read(inSource, wide);
        destination = destination[..checked((int)region.Count)];
        if (any) Conversion.UInt16ToUInt8(wide, destination);
        else destination.Clear();
        return any;
    }

    /// <summary>
    /// Widens a span of columns to the source's natural read units, within the view: what is read anyway when
    /// <paramref name="start"/> ≤ x &lt; <paramref name="end"/> is read.
    /// </summary>
    public (long Start, long End) WidenX(long start, long end) => Widen(start, end, Source.Unit.Width, _originX, Shape.X);

    /// <summary>The same for a span of rows.</summary>
    public (long Start, long End) WidenY(long start, long end) => Widen(start, end, Source.Unit.Height, _originY, Shape.Y);

    private static (long Start, long End) Widen(long start, long end, long unit, long origin, long limit)
    {
        long first = (start + origin) / unit * unit - origin;
        long last = (end + origin + unit - 1) / unit * unit - origin;
        return (Math.Max(0, first), Math.Min(limit, last));
    }
}
