using System.Collections.Concurrent;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;

namespace ZarrFs.Core.Scratch;

/// <summary>
/// Writes chunks that have to leave memory to the scratch, on a thread of its own: neither those that answer requests nor those that make
/// chunks should wait for a disk.
/// </summary>
internal sealed class ScratchWriter : IDisposable
{
    private readonly ChunkScratch _scratch;
    private readonly Func<ChunkAddress, ChunkBuffer, bool> _isWanted;
    private readonly Action<ChunkAddress, ChunkBuffer> _done;
    private readonly BlockingCollection<(ChunkAddress Address, ChunkBuffer Buffer)> _queue = [];
    private readonly Thread _thread;
    private volatile bool _stopping;

    /// <param name="scratch">Where they go.</param>
    /// <param name="isWanted">False for a chunk that has changed since.</param>
    /// <param name="done">Called for each chunk when it is written, or cannot be.</param>
    public ScratchWriter(ChunkScratch scratch, Func<ChunkAddress, ChunkBuffer, bool> isWanted, Action<ChunkAddress, ChunkBuffer> done)
    {
        _scratch = scratch;
        _isWanted = isWanted;
        _done = done;
        _thread = new Thread(Run) { IsBackground = true, Name = "scratch" };
        _thread.Start();
    }

    /// <summary>Takes over a chunk; false if the writer has ended.</summary>
    public bool TryAdd(in ChunkAddress address, ChunkBuffer buffer)
    {
        try
        {
            return !_stopping && _queue.TryAdd((address, buffer));
        }
        catch (InvalidOperationException)
        {
            return false; // ended a moment ago
        }
    }

    /// <summary>Ends the thread; what is still queued is given back unwritten.</summary>
    public void Dispose()
    {
        _stopping = true;
        _queue.CompleteAdding();
        _thread.Join();
    }

    private void Run()
    {
        foreach ((ChunkAddress address, ChunkBuffer buffer) in _queue.GetConsumingEnumerable())
        {
            // Somebody may have read it while it waited here.
            if (!_stopping && !buffer.IsRead && _scratch.TryBegin(address) is { } slot)
            {
                // Asked when the place is taken: who changes the chunk after this finds the place, and what is written does not count.
                bool wanted = _isWanted(address, buffer);
                if (wanted) slot.Write(0, buffer.Span);
                slot.End(complete: wanted);
            }

            _done(address, buffer);
        }
    }
}
