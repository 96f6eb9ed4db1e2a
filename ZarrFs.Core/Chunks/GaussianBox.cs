using ZarrFs.Core.Cache;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Chunks;

/// <summary>
/// The voxels of a level that one chunk of the next is made of by the Gaussian method, a few planes at a time: the last four of those that
/// were there before, and those of one more row of chunks along z.
/// </summary>
internal sealed unsafe class GaussianBox : IDisposable
{
    private readonly GaussianKernel _kernel;
    private readonly ChunkGrid _below;
    private readonly Region _made;
    private readonly ChunkBuffer _buffer;
    private readonly int _rowBytes;
    private readonly long _planeBytes;
    private long _firstPlane;
    private long _endPlane;

    /// <param name="kernel">The arithmetic.</param>
    /// <param name="below">The level.</param>
    /// <param name="made">The voxels of the next level to be made.</param>
    /// <param name="buffer">As long as <see cref="Bytes"/> says; given back with this.</param>
    public GaussianBox(GaussianKernel kernel, in ChunkGrid below, in Region made, ChunkBuffer buffer)
    {
        _kernel = kernel;
        _below = below;
        _made = made;
        _buffer = buffer;
        FirstZ = _firstPlane = _endPlane = GaussianTaps.First(made.Z);
        FirstY = GaussianTaps.First(made.Y);
        FirstX = GaussianTaps.First(made.X);
        EndZ = GaussianTaps.End(made.EndZ, below.Shape.Z);
        EndY = GaussianTaps.End(made.EndY, below.Shape.Y);
        EndX = GaussianTaps.End(made.EndX, below.Shape.X);
        _rowBytes = (int)(EndX - FirstX) * kernel.VoxelBytes;
        _planeBytes = (EndY - FirstY) * _rowBytes;
        Next = made.Z;
    }

    public long FirstZ { get; }

    public long EndZ { get; }

    public long FirstY { get; }

    public long EndY { get; }

    public long FirstX { get; }

    public long EndX { get; }

    /// <summary>The first plane of the next level that is not made yet.</summary>
    public long Next { get; private set; }

    /// <summary>The first plane of the level that is still needed.</summary>
    public long FirstNeeded => GaussianTaps.First(Next);

    /// <summary>Bytes of the largest box of a volume; more than a buffer can hold is for the caller to refuse.</summary>
    public static Int128 Bytes(Multiscale volume)
    {
        VolumeShape shape = volume.Volume.Shape;
        const int kept = 2 * GaussianTaps.Reach;
        return (Int128)Math.Min(shape.Z, volume.Chunk.Z + (long)kept) * Math.Min(shape.Y, (2L * volume.Chunk.Y) + kept)
            * Math.Min(shape.X, (2L * volume.Chunk.X) + kept)
            * volume.Volume.DataType.Size();
    }

    /// <summary>Makes room for the planes up to <paramref name="end"/>, and lets those go that are no longer needed.</summary>
    public void Extend(long end)
    {
        long keep = Math.Max(_firstPlane, FirstNeeded);
        if (keep > _firstPlane)
        {
            long bytes = (_endPlane - keep) * _planeBytes;
            Buffer.MemoryCopy(At(keep), _buffer.Pointer, _buffer.Length, bytes);
            _firstPlane = keep;
        }

        _endPlane = end;
    }

    /// <summary>Takes over the part of one of the level's chunks that lies in the planes from <paramref name="firstZ"/> on; null is all zero.</summary>
    public void Take(in ChunkAddress address, long firstZ, ChunkBuffer? chunk)
    {
        Region region = _below.Region(address);
        long top = Math.Max(region.Y, FirstY), left = Math.Max(region.X, FirstX);
        int rows = (int)(Math.Min(region.EndY, EndY) - top), length = (int)(Math.Min(region.EndX, EndX) - left) * _kernel.VoxelBytes;
        int chunkRow = _below.Chunk.X * _kernel.VoxelBytes;
        for (long z = Math.Max(region.Z, firstZ); z < Math.Min(region.EndZ, _endPlane); z++)
        {
            byte* to = At(z) + ((top - FirstY) * _rowBytes) + ((left - FirstX) * _kernel.VoxelBytes);
            long from = ((((z - region.Z) * _below.Chunk.Y) + (top - region.Y)) * chunkRow) + ((left - region.X) * _kernel.VoxelBytes);
            for (int row = 0; row < rows; row++, to += _rowBytes, from += chunkRow)
            {
                var target = new Span<byte>(to, length);
                if (chunk is null) target.Clear();
                else new ReadOnlySpan<byte>(chunk.Pointer + from, length).CopyTo(target);
            }
        }
    }

    /// <summary>The end of the planes of the next level that can be made of what is there.</summary>
    public long Ready()
    {
        long end = Next;
        while (end < _made.EndZ && GaussianTaps.End(end + 1, _below.Shape.Z) <= _endPlane) end++;
        return end;
    }

    /// <summary>Makes one plane that is <see cref="Ready"/>; safe from several threads for different planes.</summary>
    /// <param name="z">Which plane of the next level.</param>
    /// <param name="chunk">Takes it.</param>
    /// <param name="scratch">As long as <see cref="GaussianRoll.ScratchBytes"/> says.</param>
    public void Make(long z, ChunkBuffer chunk, ChunkBuffer scratch)
    {
        var roll = new GaussianRoll(_kernel, _below.Shape.Y, _below.Shape.X, _made.X, _made.Width, scratch.Pointer) { NextRow = FirstY };
        byte* target = chunk.Pointer + ((z - _made.Z) * _below.Chunk.Y * _below.Chunk.X * _kernel.VoxelBytes);
        roll.Run(_made.Y, _made.EndY, new Plane(this, z, target));
    }

    /// <summary>To be called when the planes before <paramref name="end"/> have been made.</summary>
    public void Advance(long end) => Next = end;

    public void Dispose() => _buffer.Release();

    private byte* At(long plane) => _buffer.Pointer + ((plane - _firstPlane) * _planeBytes);

    private sealed class Plane(GaussianBox box, long z, byte* target) : IGaussianPlane
    {
        private readonly byte* _s0 = box.Folded((2 * z) - 2);
        private readonly byte* _s1 = box.Folded((2 * z) - 1);
        private readonly byte* _s2 = box.Folded(2 * z);
        private readonly byte* _s3 = box.Folded((2 * z) + 1);
        private readonly byte* _s4 = box.Folded((2 * z) + 2);
        private readonly byte* _s5 = box.Folded((2 * z) + 3);

        public void Combine(long row, byte* sums)
        {
            long at = (row - box.FirstY) * box._rowBytes;
            box._kernel.CombinePlanes(new Six(_s0 + at, _s1 + at, _s2 + at, _s3 + at, _s4 + at, _s5 + at), (int)(box.EndX - box.FirstX), sums);
        }

        public void Put(long row, byte* sums) =>
            box._kernel.Round(sums, box._made.Width, target + ((row - box._made.Y) * box._below.Chunk.X * box._kernel.VoxelBytes));
    }

    private byte* Folded(long plane) => At(GaussianTaps.Fold(plane, _below.Shape.Z));
}
