using ZarrFs.Core.Materialize.Stores;

namespace ZarrFs.Core.Materialize.Journaling;

/// <summary>
/// From time to time forces everything to the disk and says so in the journal, on a thread of its own: what a power failure costs is never
/// more than was done since.
/// </summary>
internal sealed class JournalSync : IDisposable
{
    /// <summary>Rare enough to cost nothing: the system would write most of it out by then anyway.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromMinutes(1);

    private readonly Journal _journal;
    private readonly IDiskSync _sync;
    private readonly TimeSpan _every;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;
    private long _synced;
    private volatile Exception? _failure;

    public JournalSync(Journal journal, IDiskSync sync, TimeSpan every)
    {
        _journal = journal;
        _sync = sync;
        _every = every;
        _synced = journal.Length; // not when the thread begins: by then there may be records that it has to tell of
        _thread = new Thread(Run) { IsBackground = true, Name = "journal" };
        _thread.Start();
    }

    /// <summary>What the disk has refused; chunks that were written before may be lost then.</summary>
    public Exception? Failure => _failure;

    /// <summary>Ends the thread.</summary>
    public void Dispose()
    {
        if (!_thread.IsAlive) return;
        _stop.Set();
        _thread.Join();
    }

    private void Run()
    {
        try
        {
            while (!_stop.Wait(_every))
            {
                long length = _journal.Length;
                if (length == _synced) continue;
                _sync.FileSystem();

                // Not the journal's length by now: others may have appended meanwhile, of which nothing is known.
                _synced = length + _journal.AppendSynced(length);
            }
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            _journal.Lose(failure);
            _failure = failure;
        }
    }
}
