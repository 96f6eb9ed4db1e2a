using ZarrFs.Core.Cache;

namespace ZarrFs.Core.Chunks;

/// <summary>One missing chunk on its way, and everybody who waits for it. All members are guarded by the <see cref="FlightTable"/>'s lock.</summary>
internal sealed class ChunkFlight(ChunkAddress address)
{
    public ChunkAddress Address { get; } = address;

    public List<Waiter> Waiters { get; } = [];

    /// <summary>The job that makes it, or null while it is queued.</summary>
    public ChunkJob? Job { get; set; }

    /// <summary>The last change of sources when <see cref="Job"/> took it: what that job reads is from then or later.</summary>
    public int Began { get; set; }

    /// <summary>How often it had to be made again because the source changed.</summary>
    public int Tries { get; set; }

    /// <summary>The look at the source that it waits for, or last waited for; other jobs may try it meanwhile, which does not count.</summary>
    public Task Looked { get; set; } = Task.CompletedTask;

    /// <summary>Made without its neighbours: a job that made it together with them failed.</summary>
    public bool Alone { get; set; }

    /// <summary>To be made ahead: nobody has come to wait for it yet.</summary>
    public bool Ahead { get; set; }

    /// <summary>
    /// Someone waiting for a chunk. Continuations run on the thread pool, never on the worker that completes it. A reader waits until the
    /// chunk is there or has failed; a worker also until it is given back undone (null), because a blocked worker can make nothing.
    /// </summary>
    public sealed class Waiter(bool isWorker) : TaskCompletionSource<Lease?>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        private CancellationTokenRegistration _registration;

        public bool IsWorker { get; } = isWorker;

        /// <summary>Calls <paramref name="leave"/> when the token is cancelled before the wait is over.</summary>
        public void LeaveOn(Action leave, CancellationToken cancellationToken)
        {
            _registration = cancellationToken.UnsafeRegister(static action => ((Action)action!)(), leave);
            Interlocked.MemoryBarrier(); // either this thread sees the end, or the one that ends the wait sees the registration
            if (Task.IsCompleted) _registration.Unregister();
        }

        /// <summary>To be called when the wait is over: a long-lived token must not collect what has ended.</summary>
        public void Forget() => _registration.Unregister();
    }
}
