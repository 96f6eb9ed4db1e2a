using System.Collections.Concurrent;

namespace ZarrFs.Host.Files;

/// <summary>
/// A few threads for calls that wait for a disk. However slow it is, it holds up nothing but what needs it: neither the threads that take requests
/// nor the thread pool, which has few threads and gets more slowly. They are started when there is something to do.
/// </summary>
internal sealed class DiskThreads(string name) : IDisposable
{
    /// <summary>Enough to keep a disk's queue filled.</summary>
    private const int Count = 4;

    private const int StackSize = 256 * 1024;

    private readonly BlockingCollection<Action> _work = [];
    private int _started;

    /// <summary>Has something done, in turn. It must not throw but where it is late at the end of the program.</summary>
    public void Post(Action work)
    {
        if (Interlocked.Exchange(ref _started, 1) == 0)
        {
            for (int i = 0; i < Count; i++) new Thread(Run, StackSize) { IsBackground = true, Name = $"{name} {i}" }.Start();
        }

        _work.Add(work);
    }

    /// <summary>Has something done, in turn; goes on with its result on the thread pool. Cancelled at the end of the program.</summary>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            Post(() =>
            {
                try
                {
                    done.SetResult(work());
                }
                catch (Exception failure)
                {
                    done.SetException(failure);
                }
            });
        }
        catch (InvalidOperationException) when (_work.IsAddingCompleted)
        {
            done.SetCanceled(CancellationToken.None);
        }

        return done.Task;
    }

    /// <summary>Takes nothing more; the threads end when what they were given is done.</summary>
    public void Dispose() => _work.CompleteAdding();

    private void Run()
    {
        foreach (Action work in _work.GetConsumingEnumerable())
        {
            try
            {
                work();
            }
            catch (ObjectDisposedException)
            {
                // The program ends and has closed under it what it wanted to answer.
            }
        }
    }
}
