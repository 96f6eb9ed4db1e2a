namespace ZarrFs.Core.Volumes;

/// <summary>
/// A box of voxels inside one time point and one channel: origin <c>(T, C, Z, Y, X)</c> in voxels, size
/// <c>Depth × Height × Width</c> along z, y, x. Buffers for it are in C order, x fastest.
/// </summary>
public readonly record struct Region(long T, long C, long Z, long Y, long X, int Depth, int Height, int Width)
{
    /// <summary>A box in the first channel of the first time point.</summary>
    public Region(long z, long y, long x, int depth, int height, int width)
        : this(0, 0, z, y, x, depth, height, width)
    {
    }

    /// <summary>Number of voxels in the box.</summary>
    public long Count => (long)Depth * Height * Width;

    /// <summary>First z after the box.</summary>
    public long EndZ => Z + Depth;

    /// <summary>First y after the box.</summary>
    public long EndY => Y + Height;

    /// <summary>First x after the box.</summary>
    public long EndX => X + Width;

    /// <summary>True if the box lies wholly in a volume of this shape and holds at least one voxel.</summary>
    public bool IsInside(in VolumeShape shape) =>
        Depth > 0 && Height > 0 && Width > 0
        && T >= 0 && T < shape.T && C >= 0 && C < shape.C
        && Z >= 0 && EndZ <= shape.Z && Y >= 0 && EndY <= shape.Y && X >= 0 && EndX <= shape.X;
}
