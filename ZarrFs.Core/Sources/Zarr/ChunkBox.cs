namespace ZarrFs.Core.Sources.Zarr;

/// <summary>A box of voxels of one chunk, and how its rows lie where they are wanted.</summary>
/// <param name="T">Time point within the chunk.</param>
/// <param name="C">Channel within the chunk.</param>
/// <param name="Z">First plane within the chunk.</param>
/// <param name="Y">First row within the chunk.</param>
/// <param name="X">First column within the chunk.</param>
/// <param name="Depth">Planes.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="PlaneStride">Bytes from a plane to the next in the destination.</param>
/// <param name="RowStride">Bytes from a row to the next in the destination.</param>
internal readonly record struct ChunkBox(long T, long C, long Z, long Y, long X, int Depth, int Height, int Width, int PlaneStride, int RowStride)
{
    /// <summary>The byte of a chunk at which a row of the box begins.</summary>
    public long Offset(ChunkLayout layout, int z, int y) =>
        T * layout.Stride(ArrayAxes.T) + C * layout.Stride(ArrayAxes.C) + (Z + z) * layout.Stride(ArrayAxes.Z) + (Y + y) * layout.Stride(ArrayAxes.Y)
        + X * layout.Stride(ArrayAxes.X);
}
