using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;

namespace ZarrFs.Core.Materialize.Building;

/// <summary>
/// The step of the Gaussian method. What a run needs of those before it is carried: the last four planes of the slab before, and of the run
/// before, for each plane that is made, the sums along z of the last four rows. So each run that comes gives the planes and rows of the next
/// level up to one before its middle, which lie in up to four runs.
/// </summary>
internal sealed class GaussianStep : LevelStep
{
    private const int Carried = 4;

    private readonly GaussianKernel _kernel;
    private readonly ParkableRun?[] _planes;
    private readonly ParkableRun _rows;
    private readonly ParkableRun _zeroRow;
    private readonly bool[] _rowsHaveVoxels;
    private readonly int _count;
    private readonly int _planesAtOnce;
    private readonly int _scratchBytes;
    private long _slab = -1;
    private long _firstPlane;

    /// <inheritdoc cref="LevelStep(BuildContext, RunShelf, in ChunkRun, long)"/>
    public GaussianStep(BuildContext context, RunShelf shelf, in ChunkRun part, long firstZ)
        : base(context, shelf, part, firstZ)
    {
        _kernel = GaussianKernel.Create(Multiscale.Volume.DataType);
        _count = (int)Below.Counts.X;
        _planes = new ParkableRun?[Below.Counts.Y];
        _rowsHaveVoxels = new bool[Channels * _count];
        _planesAtOnce = PlanesAtOnce(Multiscale, part.Level);
        _scratchBytes = (int)ScratchBytes(Multiscale, part.Level);
        _rows = shelf.Open(Channels * _planesAtOnce, CarriedRowsBytes(Multiscale, part.Level));
        _zeroRow = shelf.Open(1, Multiscale.Chunk.X * _kernel.VoxelBytes);
        for (int i = 0; i < _rows.Buffers.Length; i++) _rows.Ensure(i, context.Pool, context.Stop);
        _zeroRow.Ensure(0, context.Pool, context.Stop);
    }

    /// <summary>Bytes of the planes that are carried of a chunk.</summary>
    public static int CarriedPlanesBytes(Multiscale volume) => volume.ChunkBytes / volume.Chunk.Z * Carried;

    /// <summary>Bytes of the rows that are carried for a plane of a level that is made.</summary>
    public static int CarriedRowsBytes(Multiscale volume, int level) =>
        checked((int)(Carried * volume.Levels[level - 1].Shape.X * GaussianKernel.Create(volume.Volume.DataType).SumBytes));

    /// <summary>Planes of a level that a slab of the one below gives at most.</summary>
    public static int PlanesAtOnce(Multiscale volume, int level) => (int)Math.Min(volume.Levels[level].Shape.Z, (volume.Chunk.Z / 2) + 2);

    /// <summary>Bytes that a worker reckons with.</summary>
    public static long ScratchBytes(Multiscale volume, int level) =>
        GaussianRoll.ScratchBytes(GaussianKernel.Create(volume.Volume.DataType), checked((int)volume.Levels[level].Shape.X));

    /// <inheritdoc/>
    public override void Add(in ChunkRun run, ChunkBuffer?[] chunks)
    {
        if (run.Z != _slab)
        {
            // The first slab of all has nothing before it, and nothing is made of what would need it.
            _firstPlane = _slab < 0 ? run.Z * Below.Chunk.Z : Math.Max(_firstPlane, GaussianTaps.First(Ready(run.Z * Below.Chunk.Z, Below.Shape.Z)));
            _slab = run.Z;
        }

        if (run.Y == 0) Array.Clear(_rowsHaveVoxels);
        ParkableRun planes = TakePlanes(run.Y);
        var span = new Extent(
            Math.Max(Ready(run.Z * Below.Chunk.Z, Below.Shape.Z), FirstZ * Below.Chunk.Z), Ready((run.Z + 1) * Below.Chunk.Z, Below.Shape.Z),
            Ready(run.Y * Below.Chunk.Y, Below.Shape.Y), Ready((run.Y + 1) * Below.Chunk.Y, Below.Shape.Y));
        if (span.FirstZ < span.EndZ)
        {
            for (long z = span.FirstZ / Made.Chunk.Z; z * Made.Chunk.Z < span.EndZ; z++) MakePlanes(run, chunks, planes, span, z);
        }

        for (int i = 0; i < chunks.Length; i++) _rowsHaveVoxels[i] = chunks[i] is not null || planes.Buffers[i] is not null;
        CarryPlanes(run, chunks, planes);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        BuildContext.Release(Shelf.Close(_rows));
        BuildContext.Release(Shelf.Close(_zeroRow));
    }

    /// <summary>How many planes or rows of the level can be made when so many of the one below are there.</summary>
    private static long Ready(long there, long all) => there >= all ? (all + 1) / 2 : Math.Max(0, (there - GaussianTaps.Reach) / 2);

    private ParkableRun TakePlanes(long y)
    {
        ParkableRun? planes = _planes[y];
        if (planes is null) _planes[y] = planes = Shelf.Open(Channels * _count, CarriedPlanesBytes(Multiscale));
        else Shelf.Take(planes);
        return planes;
    }

    /// <summary>Makes those planes that lie in one slab of the level, into the one or two runs of it that the rows lie in.</summary>
    private void MakePlanes(ChunkRun run, ChunkBuffer?[] chunks, ParkableRun planes, Extent span, long slab)
    {
        long firstZ = Math.Max(span.FirstZ, slab * Made.Chunk.Z), endZ = Math.Min(span.EndZ, (slab + 1) * Made.Chunk.Z);
        long firstY = span.FirstY / Made.Chunk.Y, endY = span.EndY > span.FirstY ? ((span.EndY - 1) / Made.Chunk.Y) + 1 : firstY;
        var parents = new ParkableRun[endY - firstY];
        for (long y = firstY; y < endY; y++) parents[y - firstY] = Take(slab, y);
        TakeMemory(parents, chunks, planes);
        int planesOfChannel = (int)(endZ - firstZ);
        Context.Scheduler.ForEach(planesOfChannel * Channels, i =>
        {
            Context.Pace?.Wait(Context.Stop);
            Context.Stop.ThrowIfCancellationRequested();
            MakePlane(run, chunks, planes, parents, span, firstZ + (i % planesOfChannel), i / planesOfChannel);
        });

        bool lastZ = endZ == Math.Min((slab + 1) * Made.Chunk.Z, Made.Shape.Z);
        for (long y = firstY; y < endY; y++)
        {
            bool lastY = span.EndY >= Math.Min((y + 1) * Made.Chunk.Y, Made.Shape.Y);
            Put(slab, y, !lastY ? TimeOf(run.Z, run.Y + 1) : lastZ ? TimeOf(run.Z, run.Y) : TimeOf(run.Z + 1, 2 * y), lastZ && lastY);
        }
    }

    /// <summary>Where any of the voxels below may not be zero, there must be memory for those above; it is not for the workers to take it.</summary>
    private void TakeMemory(ParkableRun[] parents, ChunkBuffer?[] chunks, ParkableRun planes)
    {
        int across = (int)Made.Counts.X;
        for (int i = 0; i < Channels * across; i++)
        {
            int first = Math.Max(0, (2 * (i % across)) - 1), end = Math.Min(_count, (2 * (i % across)) + 3);
            bool any = false;
            for (int k = first; k < end && !any; k++)
            {
                int child = (i / across * _count) + k;
                any = chunks[child] is not null || planes.Buffers[child] is not null || _rowsHaveVoxels[child];
            }

            if (!any) continue;
            foreach (ParkableRun parent in parents) parent.Ensure(i, Context.Pool, Context.Stop);
        }
    }

    private unsafe void MakePlane(in ChunkRun run, ChunkBuffer?[] chunks, ParkableRun planes, ParkableRun[] parents, in Extent span, long z, int channel)
    {
        ChunkBuffer scratch = Context.Pool.Rent(_scratchBytes, BuildContext.Patience, Context.Stop);
        try
        {
            long firstRow = run.Y * Below.Chunk.Y, endRow = Math.Min(Below.Shape.Y, (run.Y + 1) * Below.Chunk.Y);
            var roll = new GaussianRoll(_kernel, Below.Shape.Y, Below.Shape.X, 0, (int)Made.Shape.X, scratch.Pointer) { NextRow = firstRow };
            long rowBytes = Below.Shape.X * _kernel.SumBytes;
            ChunkBuffer carried = _rows.Buffers[(channel * _planesAtOnce) + (int)(z - span.FirstZ)]!;
            for (long row = GaussianTaps.First(span.FirstY); row < firstRow; row++)
                Buffer.MemoryCopy(carried.Pointer + ((row % Carried) * rowBytes), roll.Sums(row), rowBytes, rowBytes);

            var plane = new Plane(this, chunks, planes.Buffers, parents, span.FirstY / Made.Chunk.Y, channel, z, firstRow);
            roll.Run(span.FirstY, span.EndY, plane);
            for (; roll.NextRow < endRow; roll.NextRow++) plane.Combine(roll.NextRow, roll.Sums(roll.NextRow));
            if (endRow == Below.Shape.Y) return;
            for (long row = GaussianTaps.First(span.EndY); row < endRow; row++)
                Buffer.MemoryCopy(roll.Sums(row), carried.Pointer + ((row % Carried) * rowBytes), rowBytes, rowBytes);
        }
        finally
        {
            scratch.Release();
        }
    }

    /// <summary>Keeps the planes that the next slab needs of this one, each in the place that its number gives it.</summary>
    private void CarryPlanes(in ChunkRun run, ChunkBuffer?[] chunks, ParkableRun planes)
    {
        long first = run.Z * Below.Chunk.Z, end = first + Below.Chunk.Z;
        if (end >= Below.Shape.Z)
        {
            BuildContext.Release(Shelf.Close(planes));
            return;
        }

        long needed = Math.Max(_firstPlane, GaussianTaps.First(Ready(end, Below.Shape.Z)));
        for (int i = 0; i < chunks.Length; i++)
        {
            if (chunks[i] is not null) planes.Ensure(i, Context.Pool, Context.Stop);
            else if (needed >= first) planes.Drop(i);
        }

        int planeBytes = Multiscale.ChunkBytes / Below.Chunk.Z;
        Context.Scheduler.ForEach(chunks.Length, i =>
        {
            if (planes.Buffers[i] is not { } kept) return;
            for (long z = Math.Max(first, needed); z < end; z++)
            {
                Span<byte> to = kept.Span.Slice((int)(z % Carried) * planeBytes, planeBytes);
                if (chunks[i] is { } chunk) chunk.Span.Slice((int)(z - first) * planeBytes, planeBytes).CopyTo(to);
                else to.Clear();
            }
        });
        Shelf.Put(planes, TimeOf(run.Z + 1, run.Y));
    }

    /// <summary>Planes and rows of the level that a run of the one below gives.</summary>
    private readonly record struct Extent(long FirstZ, long EndZ, long FirstY, long EndY);

    /// <summary>One plane on its way, of one channel.</summary>
    private sealed unsafe class Plane : IGaussianPlane
    {
        private readonly GaussianStep _step;
        private readonly ParkableRun[] _parents;
        private readonly byte*[] _sources;
        private readonly long _firstParent;
        private readonly int _channel;
        private readonly long _z;
        private readonly long _firstRow;

        public Plane(
            GaussianStep step, ChunkBuffer?[] chunks, ChunkBuffer?[] carried, ParkableRun[] parents, long firstParent, int channel, long z, long firstRow)
        {
            _step = step;
            _parents = parents;
            _firstParent = firstParent;
            _channel = channel;
            _z = z;
            _firstRow = firstRow;
            _sources = new byte*[step._count * GaussianTaps.Count];
            long planeBytes = step.Multiscale.ChunkBytes / step.Below.Chunk.Z, first = step._slab * step.Below.Chunk.Z;
            for (int tap = 0; tap < GaussianTaps.Count; tap++)
            {
                long plane = GaussianTaps.Fold((2 * z) - GaussianTaps.Reach + tap, step.Below.Shape.Z);
                for (int x = 0; x < step._count; x++)
                {
                    int i = (channel * step._count) + x;
                    ChunkBuffer? buffer = plane < first ? carried[i] : chunks[i];
                    _sources[(x * GaussianTaps.Count) + tap] = buffer is null ? null : buffer.Pointer + ((plane < first ? plane % Carried : plane - first) * planeBytes);
                }
            }
        }

        public void Combine(long row, byte* sums)
        {
            ChunkShape chunk = _step.Below.Chunk;
            long at = (row - _firstRow) * chunk.X * _step._kernel.VoxelBytes;
            for (int x = 0; x < _step._count; x++)
            {
                int columns = (int)Math.Min(chunk.X, _step.Below.Shape.X - ((long)x * chunk.X));
                byte* to = sums + ((long)x * chunk.X * _step._kernel.SumBytes);
                int i = x * GaussianTaps.Count;
                if (IsZero(i)) new Span<byte>(to, columns * _step._kernel.SumBytes).Clear();
                else _step._kernel.CombinePlanes(new Six(Row(i, at), Row(i + 1, at), Row(i + 2, at), Row(i + 3, at), Row(i + 4, at), Row(i + 5, at)), columns, to);
            }
        }

        public void Put(long row, byte* sums)
        {
            ChunkShape chunk = _step.Made.Chunk;
            int across = (int)_step.Made.Counts.X;
            ChunkBuffer?[] parent = _parents[(row / chunk.Y) - _firstParent].Buffers;
            long at = ((((_z % chunk.Z) * chunk.Y) + (row % chunk.Y)) * chunk.X) * _step._kernel.VoxelBytes;
            for (int x = 0; x < across; x++)
            {
                if (parent[(_channel * across) + x] is not { } target) continue;
                long first = (long)x * chunk.X;
                _step._kernel.Round(sums + (first * _step._kernel.SumBytes), (int)Math.Min(chunk.X, _step.Made.Shape.X - first), target.Pointer + at);
            }
        }

        private bool IsZero(int first)
        {
            for (int i = first; i < first + GaussianTaps.Count; i++)
            {
                if (_sources[i] != null) return false;
            }

            return true;
        }

        private byte* Row(int source, long at) => _sources[source] == null ? _step._zeroRow.Buffers[0]!.Pointer : _sources[source] + at;
    }
}
