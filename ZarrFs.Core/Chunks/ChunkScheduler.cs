using System.Runtime.ExceptionServices;

namespace ZarrFs.Core.Chunks;

/// <summary>
/// A bounded pool of threads of our own that make chunks, most urgent first. Not the thread pool: its threads answer requests, and a
/// hundred blocked ones would starve it (measured: 16 readers of a 100 ms chunk took 11 s instead of 1.7 s).
/// </summary>
internal sealed class ChunkScheduler : IDisposable
{
    private readonly Lock _sync = new();
    private readonly Queue<Action>[] _lanes = [new(), new(), new(), new()];
    private readonly Queue<SharedWork> _shared = new();
    private readonly SemaphoreSlim _available = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread[] _threads;

    public ChunkScheduler(int workers)
    {
        _threads = new Thread[workers];
        for (int i = 0; i < workers; i++)
        {
            _threads[i] = new Thread(Run) { IsBackground = true, Name = $"chunks-{i}" };
            _threads[i].Start();
        }
    }

    public int Workers => _threads.Length;

    /// <summary>Queues a job, which must not throw; dropped when the scheduler has stopped.</summary>
    public void Enqueue(ChunkPriority priority, Action job)
    {
        lock (_sync)
        {
            if (_stop.IsCancellationRequested) return;
            _lanes[(int)priority].Enqueue(job);
            _available.Release();
        }
    }

    /// <summary>
    /// Runs <paramref name="body"/> for 0 … <paramref name="count"/> − 1 on the calling worker and on whichever others are idle; returns
    /// when all are done. The first exception is thrown again, the rest of the pieces are then left out.
    /// </summary>
    public void ForEach(int count, Action<int> body)
    {
        var work = new SharedWork(count, body);
        int helpers = Math.Min(count, Workers) - 1;
        if (helpers > 0)
        {
            lock (_sync)
            {
                for (int i = 0; i < helpers; i++) _shared.Enqueue(work);
            }

            _available.Release(helpers);
        }

        work.Run();
        work.Wait();
    }

    /// <summary>Lets a worker that waits for another help with pieces of a <see cref="ForEach"/>; false if there are none.</summary>
    public bool TryHelp()
    {
        SharedWork? work;
        lock (_sync)
        {
            if (!_shared.TryDequeue(out work)) return false;
        }

        work.Run();
        return true;
    }

    public void Dispose()
    {
        _stop.Cancel();
        foreach (Thread thread in _threads) thread.Join();
        lock (_sync) _available.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            try
            {
                _available.Wait(_stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            SharedWork? work;
            Action? job = null;
            lock (_sync)
            {
                work = null;
                if (!_lanes[(int)ChunkPriority.Urgent].TryDequeue(out job) && !_shared.TryDequeue(out work))
                {
                    foreach (Queue<Action> lane in _lanes)
                    {
                        if (lane.TryDequeue(out job)) break;
                    }
                }
            }

            if (work is null) job?.Invoke();
            else if (!work.Run(() => IsUrgent)) Resume(work);
        }
    }

    private bool IsUrgent
    {
        get
        {
            lock (_sync) return _lanes[(int)ChunkPriority.Urgent].Count > 0;
        }
    }

    /// <summary>Somebody helps with the rest after what is urgent: a chunk read back in a millisecond must not wait for a slab.</summary>
    private void Resume(SharedWork work)
    {
        lock (_sync)
        {
            if (_stop.IsCancellationRequested) return;
            _shared.Enqueue(work);
            _available.Release();
        }
    }

    /// <summary>The pieces of one <see cref="ForEach"/>, taken by number.</summary>
    private sealed class SharedWork
    {
        private readonly int _count;
        private readonly Action<int> _body;
        private int _next = -1;
        private int _left;
        private ExceptionDispatchInfo? _failure;

        public SharedWork(int count, Action<int> body)
        {
            _count = count;
            _body = body;
            _left = count;
        }

        /// <summary>Runs pieces until none is left, or until it has to <paramref name="leave"/> between two of them; false then.</summary>
        public bool Run(Func<bool>? leave = null)
        {
            while (leave?.Invoke() != true)
            {
                int piece = Interlocked.Increment(ref _next);
                if (piece >= _count) return true;
                try
                {
                    if (Volatile.Read(ref _failure) is null) _body(piece);
                }
                catch (Exception failure)
                {
                    Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(failure), null);
                }

                Interlocked.Decrement(ref _left);
            }

            return false;
        }

        public void Wait()
        {
            // The last pieces run on other threads for about a millisecond at most, which is also the shortest nap: naps are for slow disks.
            var spin = default(SpinWait);
            long nap = Environment.TickCount64 + 3;
            while (Volatile.Read(ref _left) > 0) spin.SpinOnce(Environment.TickCount64 < nap ? -1 : 20);
            _failure?.Throw();
        }
    }
}
