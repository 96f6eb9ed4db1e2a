namespace ZarrFs.Core.Volumes;

/// <summary>
/// A box of voxels along all five axes, of any size; each end is exclusive. In the voxels of a source, whose ends need not be known:
/// <see cref="All"/> has every voxel.
/// </summary>
public readonly record struct VoxelBox(
    long FirstT, long EndT, long FirstC, long EndC, long FirstZ, long EndZ, long FirstY, long EndY, long FirstX, long EndX)
{
    /// <summary>Every voxel of a source.</summary>
    public static VoxelBox All => new(0, long.MaxValue, 0, long.MaxValue, 0, long.MaxValue, 0, long.MaxValue, 0, long.MaxValue);

    /// <summary>Whole planes of every time point and channel.</summary>
    public static VoxelBox Planes(long first, long end) => All with { FirstZ = first, EndZ = end };

    /// <summary>The same voxels in fewer boxes: those that follow one another along z become one.</summary>
    public static List<VoxelBox> Joined(IEnumerable<VoxelBox> boxes)
    {
        List<VoxelBox> joined = [];
        foreach (VoxelBox box in boxes.OrderBy(static b => (b.FirstT, b.FirstC, b.FirstY, b.FirstX)).ThenBy(static b => b.FirstZ))
        {
            if (joined.Count > 0 && joined[^1] is var last && box with { FirstZ = 0, EndZ = 0 } == last with { FirstZ = 0, EndZ = 0 } && box.FirstZ <= last.EndZ)
                joined[^1] = last.Around(box);
            else
                joined.Add(box);
        }

        return joined;
    }

    /// <summary>True if any voxel lies in both.</summary>
    public bool Overlaps(in VoxelBox other) =>
        FirstT < other.EndT && other.FirstT < EndT && FirstC < other.EndC && other.FirstC < EndC
        && FirstZ < other.EndZ && other.FirstZ < EndZ && FirstY < other.EndY && other.FirstY < EndY && FirstX < other.EndX && other.FirstX < EndX;

    /// <summary>The smallest box around both.</summary>
    public VoxelBox Around(in VoxelBox other) => new(
        Math.Min(FirstT, other.FirstT), Math.Max(EndT, other.EndT), Math.Min(FirstC, other.FirstC), Math.Max(EndC, other.EndC),
        Math.Min(FirstZ, other.FirstZ), Math.Max(EndZ, other.EndZ), Math.Min(FirstY, other.FirstY), Math.Max(EndY, other.EndY),
        Math.Min(FirstX, other.FirstX), Math.Max(EndX, other.EndX));
}
