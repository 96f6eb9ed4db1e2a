using System.Collections.Concurrent;

namespace ZarrFs.Host.Mount;

/// <summary>
/// The reads that are answered later, by the kernel's number for them, so that INTERRUPT finds the one to cancel. The numbers never repeat.
/// </summary>
internal sealed class PendingReads
{
    private readonly ConcurrentDictionary<ulong, CancellationTokenSource> _reads = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // One for each read, and one for the connection itself until it closes.
    private int _open = 1;

    /// <summary>Number of reads not answered yet.</summary>
    public int Count => _reads.Count;

    /// <summary>Completes after <see cref="Close"/>, when the last read has been answered.</summary>
    public Task Drained => _drained.Task;

    /// <summary>Notes a read; before it is handed to anybody, or an INTERRUPT might miss it.</summary>
    public CancellationToken Add(ulong unique)
    {
        // Never disposed: it has neither a timer nor a wait handle, and an INTERRUPT may be cancelling it while the read ends.
        var cancellation = new CancellationTokenSource();
        Interlocked.Increment(ref _open);
        _reads[unique] = cancellation;
        return cancellation.Token;
    }

    /// <summary>Forgets a read; after its reply has been sent and its lease returned.</summary>
    public void Remove(ulong unique)
    {
        if (_reads.TryRemove(unique, out _)) Release();
    }

    /// <summary>Cancels a read; false if there is none of that number (not yet, or no more).</summary>
    public bool TryCancel(ulong unique)
    {
        if (!_reads.TryGetValue(unique, out CancellationTokenSource? cancellation)) return false;
        Cancel(cancellation);
        return true;
    }

    /// <summary>Cancels all reads: nobody is there to take the replies. No more may be added.</summary>
    public void Close()
    {
        foreach (CancellationTokenSource cancellation in _reads.Values) Cancel(cancellation);
        Release();
    }

    // What hangs on the token runs on the thread pool, never on the reader thread that brought the INTERRUPT.
    private static void Cancel(CancellationTokenSource cancellation) => _ = cancellation.CancelAsync();

    private void Release()
    {
        if (Interlocked.Decrement(ref _open) == 0) _drained.SetResult();
    }
}
