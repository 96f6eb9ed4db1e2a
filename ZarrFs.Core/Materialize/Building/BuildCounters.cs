namespace ZarrFs.Core.Materialize.Building;

/// <summary>How far a build is; read from any thread while it runs.</summary>
public sealed class BuildCounters
{
    private long _madeVoxelBytes;
    private long _skippedVoxelBytes;
    private long _chunksWritten;
    private long _chunksEmpty;
    private long _writtenBytes;
    private string _place = "";

    /// <summary>Bytes of level-0 voxels there are to go through; set before the build runs.</summary>
    public long TotalVoxelBytes { get; internal set; }

    /// <summary>Bytes of level-0 voxels that are done: read now, or found done from an earlier run.</summary>
    public long VoxelBytes => MadeVoxelBytes + SkippedVoxelBytes;

    /// <summary>Bytes of those that were read in this run.</summary>
    public long MadeVoxelBytes => Interlocked.Read(ref _madeVoxelBytes);

    /// <summary>Bytes of those that an earlier run had done.</summary>
    public long SkippedVoxelBytes => Interlocked.Read(ref _skippedVoxelBytes);

    /// <summary>Chunks put in place in this run.</summary>
    public long ChunksWritten => Interlocked.Read(ref _chunksWritten);

    /// <summary>Chunks found to be all fill in this run.</summary>
    public long ChunksEmpty => Interlocked.Read(ref _chunksEmpty);

    /// <summary>Bytes of chunk files put in place in this run, as they are in the store.</summary>
    public long WrittenBytes => Interlocked.Read(ref _writtenBytes);

    /// <summary>Where the build is just now, for people: <c>z 128–255</c>.</summary>
    public string Place
    {
        get => Volatile.Read(ref _place);
        internal set => Volatile.Write(ref _place, value);
    }

    internal void AddVoxels(long bytes) => Interlocked.Add(ref _madeVoxelBytes, bytes);

    internal void SkipVoxels(long bytes) => Interlocked.Add(ref _skippedVoxelBytes, bytes);

    internal void AddWritten(long bytes)
    {
        Interlocked.Increment(ref _chunksWritten);
        Interlocked.Add(ref _writtenBytes, bytes);
    }

    internal void AddEmpty() => Interlocked.Increment(ref _chunksEmpty);
}
