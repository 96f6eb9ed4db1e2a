using System.Runtime.ExceptionServices;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Materialize.Building;

/// <summary>
/// Hands finished chunks to threads that write them, while the next ones are made. Bounded: whoever makes chunks faster than the disk takes
/// them waits here.
/// </summary>
internal sealed class WriteQueue : IDisposable
{
    private readonly IChunkSink _sink;
    private readonly BuildCounters _counters;
    private readonly long _most;
    private readonly IPace? _pace;
    private readonly CancellationToken _stop;
    private readonly CancellationTokenSource _failed = new();
    private readonly object _sync = new();
    private readonly Queue<(Pending Run, int Index)> _waiting = new();
    private readonly Thread[] _threads;
    private long _bytes;
    private int _running;
    private bool _ended;
    private ExceptionDispatchInfo? _failure;

    /// <param name="sink">Takes the chunks.</param>
    /// <param name="counters">Counts the empty ones.</param>
    /// <param name="threads">How many write at once.</param>
    /// <param name="most">Bytes of buffers that may wait.</param>
    /// <param name="pace">Holds the writing up; null for never.</param>
    /// <param name="stop">Ends that: what is queued then is written without delay.</param>
    public WriteQueue(IChunkSink sink, BuildCounters counters, int threads, long most, IPace? pace = null, CancellationToken stop = default)
    {
        _pace = pace;
        _stop = stop;
        _sink = sink;
        _counters = counters;
        _most = most;
        _threads = new Thread[threads];
        for (int i = 0; i < threads; i++)
        {
            _threads[i] = new Thread(Run) { IsBackground = true, Name = $"writer-{i}" };
            _threads[i].Start();
        }
    }

    /// <summary>Cancelled when a write has failed: nothing more need be made.</summary>
    public CancellationToken Failed => _failed.Token;

    /// <summary>Queues a run; each buffer gets a reference of its own, null stands for all fill. Waits while too much is queued.</summary>
    /// <exception cref="Exception">What a write has failed with.</exception>
    public void Add(in ChunkRun run, ReadOnlySpan<ChunkBuffer?> buffers, CancellationToken cancellationToken)
    {
        var pending = new Pending(run, buffers);
        using CancellationTokenRegistration awake = cancellationToken.Register(Wake);
        lock (_sync)
        {
            // A run larger than all that may wait goes alone.
            while (_bytes > 0 && _bytes + pending.Bytes > _most && _failure is null && !cancellationToken.IsCancellationRequested) Monitor.Wait(_sync);
            if (_failure is not null || cancellationToken.IsCancellationRequested)
            {
                pending.Release();
                _failure?.Throw();
                cancellationToken.ThrowIfCancellationRequested();
            }

            _bytes += pending.Bytes;
            for (int i = 0; i < run.Chunks; i++) _waiting.Enqueue((pending, i));
            Monitor.PulseAll(_sync);
        }
    }

    /// <summary>Waits until everything is written.</summary>
    /// <exception cref="Exception">What a write has failed with.</exception>
    public void Drain()
    {
        lock (_sync)
        {
            while ((_waiting.Count > 0 || _running > 0) && _failure is null) Monitor.Wait(_sync);
        }

        _failure?.Throw();
    }

    /// <summary>Ends the threads; what still waits is let go unwritten.</summary>
    public void Dispose()
    {
        lock (_sync)
        {
            _ended = true;
            while (_waiting.TryDequeue(out (Pending Run, int Index) left)) left.Run.ReleaseAt(left.Index);
            Monitor.PulseAll(_sync);
        }

        foreach (Thread thread in _threads) thread.Join();
        _failed.Dispose();
    }

    private void Wake()
    {
        lock (_sync) Monitor.PulseAll(_sync);
    }

    private void Run()
    {
        while (true)
        {
            (Pending Run, int Index) next;
            lock (_sync)
            {
                while (_waiting.Count == 0 && !_ended) Monitor.Wait(_sync);
                if (_waiting.Count == 0) return;
                next = _waiting.Dequeue();
                _running++;
            }

            ExceptionDispatchInfo? failure = null;
            try
            {
                _pace?.Wait(_stop);
                Write(next.Run, next.Index);
            }
            catch (Exception caught)
            {
                failure = ExceptionDispatchInfo.Capture(caught);
            }

            long released = next.Run.ReleaseAt(next.Index);
            lock (_sync)
            {
                _running--;
                _bytes -= released;
                if (failure is not null)
                {
                    _failure ??= failure;
                    while (_waiting.TryDequeue(out (Pending Run, int Index) left)) _bytes -= left.Run.ReleaseAt(left.Index);
                }

                Monitor.PulseAll(_sync);
            }

            if (failure is not null) _failed.Cancel();
        }
    }

    private void Write(Pending pending, int index)
    {
        ReadOnlySpan<byte> raw = pending.Raw(index);
        bool empty = Zeros.IsAllZero(raw);
        if (_sink.Takes(pending.Run.Level))
        {
            if (empty) _counters.AddEmpty();
            else if (_sink.StateOf(pending.Run[index]) == ChunkState.Missing) _sink.Write(pending.Run[index], raw);
            if (pending.Finish(index, empty)) _sink.Complete(pending.Run, pending.Empty);
        }
    }

    /// <summary>A run on its way.</summary>
    private sealed class Pending
    {
        private readonly ChunkBuffer?[] _buffers;
        private readonly bool[] _empty;
        private int _left;

        public Pending(in ChunkRun run, ReadOnlySpan<ChunkBuffer?> buffers)
        {
            Run = run;
            _buffers = buffers.ToArray();
            _empty = new bool[run.Chunks];
            _left = run.Chunks;
            foreach (ChunkBuffer? buffer in _buffers)
            {
                if (buffer is null) continue;
                if (!buffer.TryAddReference()) throw new InvalidOperationException("a chunk was queued after it had been given back");
                Bytes += SizeClass.BytesOf(buffer.Length);
            }
        }

        public ChunkRun Run { get; }

        public long Bytes { get; }

        public ReadOnlySpan<bool> Empty => _empty;

        public ReadOnlySpan<byte> Raw(int index) => _buffers[index] is { } buffer ? buffer.Span : default;

        /// <summary>True for the last one.</summary>
        public bool Finish(int index, bool empty)
        {
            _empty[index] = empty;
            return Interlocked.Decrement(ref _left) == 0;
        }

        public void Release()
        {
            for (int i = 0; i < _buffers.Length; i++) ReleaseAt(i);
        }

        public long ReleaseAt(int index)
        {
            if (_buffers[index] is not { } buffer) return 0;
            _buffers[index] = null;
            buffer.Release();
            return SizeClass.BytesOf(buffer.Length);
        }
    }
}
