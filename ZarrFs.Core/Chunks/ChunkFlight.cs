using ZarrFs.Core.Cache;

namespace ZarrFs.Core.Chunks;

/// <summary>One missing chunk on its way, and everybody who waits for it. All members are guarded by the <see cref="FlightTable"/>'s lock.</summary>
internal sealed class ChunkFlight(ChunkAddress address)
{
    public ChunkAddress Address { get; } = address;

    public List<Waiter> Waiters { get; } = [];

    /// <summary>The job that makes it, or null while it is queued.</summary>
    public ChunkJob? Job { get; set; }

    /// <summary>Made without its neighbours: a job that made it together with them failed.</summary>
    public bool Alone { get; set; }

    /// <summary>Someone waiting for a chunk. Continuations run on the thread pool, never on the worker that completes it.</summary>
    public sealed class Waiter() : TaskCompletionSource<Lease>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public CancellationTokenRegistration Registration { get; set; }
    }
}
