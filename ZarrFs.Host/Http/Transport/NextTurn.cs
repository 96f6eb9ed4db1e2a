using System.Runtime.CompilerServices;

namespace ZarrFs.Host.Http.Transport;

/// <summary>
/// To be awaited between pieces of what is long: goes on behind all that waits for a thread by now. A hundred chunks of 4 MiB, each sent in one go, are
/// a tenth of a second in which nobody else hears anything.
/// </summary>
internal readonly struct NextTurn : ICriticalNotifyCompletion
{
    /// <summary>Bytes in one turn: what goes out as fast in pieces as in one go.</summary>
    public const int Bytes = 256 * 1024;

    /// <summary>Whether nobody waits.</summary>
    public bool IsCompleted => ThreadPool.PendingWorkItemCount == 0;

    public NextTurn GetAwaiter() => this;

    public void GetResult()
    {
    }

    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    // Not Task.Yield, which goes to the front of this thread's own queue.
    public void UnsafeOnCompleted(Action continuation) => ThreadPool.UnsafeQueueUserWorkItem(static action => action(), continuation, preferLocal: false);
}
