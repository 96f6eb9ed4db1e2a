using System.Numerics;
using System.Runtime.ExceptionServices;
using ZarrFs.Core.Cache;

namespace ZarrFs.Core.Tiff;

/// <summary>Writes the decoded bytes of a strip or tile, every one of them.</summary>
internal delegate void SegmentDecode(Span<byte> decoded);

/// <summary>
/// Decoded strips and tiles in memory of the program's budget, each decoded once however many ask at the same time. Those that nobody
/// reads stay until others need the room, least recently used first to go, and before any chunk: chunks are what readers want.
/// </summary>
internal sealed class SegmentCache : IDisposable
{
    private const int ShareOfBudget = 8;

    // Of one plane each: enough for the strips that two rows of chunks share. More is new memory for nobody: with 256 MiB of 6 MB slices kept, the first slab of
    // a program took 1.0 s of system time on a virtual machine, with 64 MiB 0.6 s (its 128 slices decode in 1.5 s of processor time).
    private const long MostBytes = 16 << 20;

    [ThreadStatic]
    private static Holding? _holding;

    private readonly BufferPool _pool;
    private readonly TimeSpan _patience;
    private readonly long _most;
    private readonly Lock _sync = new();
    private readonly Dictionary<SegmentKey, Segment> _segments = [];
    private readonly LinkedList<Segment> _recent = new();
    private long _bytes;
    private long _decoded;

    /// <param name="pool">The memory budget.</param>
    /// <param name="isDeep">True where segments are chunks of several planes, which are large, and wanted again with the next planes.</param>
    /// <param name="patience">How long it waits for memory; as usual if null.</param>
    public SegmentCache(BufferPool pool, bool isDeep = false, TimeSpan? patience = null)
    {
        _pool = pool;
        _patience = patience ?? Patience.Usual.Memory;
        _most = Math.Min(isDeep ? long.MaxValue : MostBytes, pool.Budget / ShareOfBudget);
        pool.AddSpare(LetGo);
    }

    /// <summary>Segments decoded so far: what tests count.</summary>
    public long Decoded => Interlocked.Read(ref _decoded);

    /// <summary>Bytes of the memory budget that a segment takes.</summary>
    /// <param name="length">Its decoded bytes; what no buffer can hold counts as the most that one can.</param>
    public static long BytesOf(Int128 length) => SizeClass.BytesOf(Rounded((int)Int128.Min(int.MaxValue, length)));

    /// <summary>Most bytes that a segment can sensibly have in a file: what does not compress grows, and headers may have names and comments.</summary>
    /// <param name="decoded">Its decoded bytes.</param>
    public static Int128 MostEncodedBytes(Int128 decoded) => Int128.Min(int.MaxValue, decoded + (decoded / 2) + (1 << 16));

    /// <summary>
    /// Until disposed, the segment that this thread asked for last stays in memory, whoever needs the room: whoever reads one piece by piece
    /// decodes it once. It is one segment at a time, which the memory budget allows each worker.
    /// </summary>
    public static IDisposable HoldLast() => new Holding();

    /// <summary>
    /// Gives the decoded bytes of a segment, decoding it if nobody has; waits if another thread is decoding it. Decoding must wait for
    /// nothing, or threads could wait for each other.
    /// </summary>
    /// <param name="key">Which segment.</param>
    /// <param name="length">Its decoded bytes; already checked against sense, not against the memory budget.</param>
    /// <param name="decode">Decodes it; what it throws goes to all who wait for the segment, and is not kept.</param>
    /// <exception cref="IOException">The segment is too large for the memory budget.</exception>
    /// <exception cref="Failures.OverloadException">No memory came free in time.</exception>
    public Lease Get(in SegmentKey key, int length, SegmentDecode decode)
    {
        Segment? segment;
        bool mine;
        lock (_sync)
        {
            mine = !_segments.TryGetValue(key, out segment);
            if (mine) _segments.Add(key, segment = new Segment(key));
            segment!.Users++;
        }

        try
        {
            if (mine) Decode(segment, length, decode);
            else Await(segment);
            ChunkBuffer buffer = segment.Buffer!; // stays as long as there are users
            _holding?.Hold(buffer);
            return Lease.TryTake(buffer, length)!;
        }
        finally
        {
            lock (_sync)
            {
                segment.Users--;
                if (segment.Place is { } place)
                {
                    _recent.Remove(place);
                    _recent.AddLast(place);
                }

                Trim(_most);
            }
        }
    }

    /// <summary>Writes the decoded bytes of a segment into memory of the caller's, who wants all of them: nothing is kept.</summary>
    /// <param name="key">Which segment.</param>
    /// <param name="destination">As many bytes as it has.</param>
    /// <param name="decode">Decodes it if it is not here; what it throws goes to whoever asked.</param>
    public void Fill(in SegmentKey key, Span<byte> destination, SegmentDecode decode)
    {
        bool known;
        lock (_sync) known = _segments.ContainsKey(key);
        if (known)
        {
            using Lease lease = Get(key, destination.Length, decode);
            lease.Span.CopyTo(destination);
            return;
        }

        Interlocked.Increment(ref _decoded);
        decode(destination);
    }

    /// <summary>Takes memory of the budget for a strip or tile, decoded or not; at least as long as asked.</summary>
    /// <param name="length">Its bytes.</param>
    /// <exception cref="IOException">The memory budget is too small for it.</exception>
    /// <exception cref="Failures.OverloadException">No memory came free in time.</exception>
    public ChunkBuffer Rent(int length)
    {
        long bytes = BytesOf(length);
        if (bytes > _pool.Budget / 2)
        {
            throw new IOException(
                $"a strip, tile or chunk of {length} bytes is too large for a memory budget of {_pool.Budget >> 20} MiB; "
                + $"--memory {(2 * bytes >> 20) + 1}M is needed at least");
        }

        return _pool.Rent(Rounded(length), _patience, CancellationToken.None);
    }

    /// <summary>Lets all go; what is leased stays until it is given back.</summary>
    public void Dispose()
    {
        _pool.RemoveSpare(LetGo);
        lock (_sync) Trim(0);
    }

    /// <summary>Few lengths, at most an eighth longer than asked: the pool reserves address space for each.</summary>
    private static int Rounded(int length)
    {
        long step = Math.Max(4096, (long)BitOperations.RoundUpToPowerOf2((uint)length) / 16);
        return (int)Math.Min(int.MaxValue, (length + step - 1) / step * step);
    }

    private static void Await(Segment segment)
    {
        if (!segment.Ready.Task.IsCompleted)
        {
            _holding?.Hold(null); // no more than one at a time
            segment.Ready.Task.GetAwaiter().GetResult();
        }

        segment.Failure?.Throw();
    }

    private void Decode(Segment segment, int length, SegmentDecode decode)
    {
        ChunkBuffer? buffer = null;
        try
        {
            _holding?.Hold(null); // its memory may be needed for this one
            buffer = Rent(length);
            Interlocked.Increment(ref _decoded);
            decode(buffer.Span[..length]);
            lock (_sync)
            {
                segment.Buffer = buffer;
                segment.Place = _recent.AddLast(segment);
                _bytes += BytesOf(buffer.Length);
            }
        }
        catch (Exception failure)
        {
            buffer?.Release();
            segment.Failure = ExceptionDispatchInfo.Capture(failure);
            lock (_sync) _segments.Remove(segment.Key);
            throw;
        }
        finally
        {
            segment.Ready.SetResult();
        }
    }

    private bool LetGo(long bytes)
    {
        lock (_sync) return Trim(Math.Max(0, _bytes - bytes));
    }

    /// <summary>Lets idle segments go until so many bytes are left, or none is idle. Called under the lock.</summary>
    private bool Trim(long most)
    {
        bool any = false;
        for (LinkedListNode<Segment>? place = _recent.First; place is not null && _bytes > most;)
        {
            Segment segment = place.Value;
            LinkedListNode<Segment>? next = place.Next;
            if (segment.Users == 0 && segment.Buffer!.IsHeldOnce)
            {
                _recent.Remove(place);
                _segments.Remove(segment.Key);
                _bytes -= BytesOf(segment.Buffer.Length);
                segment.Buffer.Release();
                any = true;
            }

            place = next;
        }

        return any;
    }

    private sealed class Segment(SegmentKey key)
    {
        public SegmentKey Key { get; } = key;

        /// <summary>Completes when it is decoded or has failed.</summary>
        public TaskCompletionSource Ready { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ExceptionDispatchInfo? Failure { get; set; }

        /// <summary>The decoded bytes, of which the cache holds one reference.</summary>
        public ChunkBuffer? Buffer { get; set; }

        /// <summary>Where it stands among the others by its last use; null until it is decoded.</summary>
        public LinkedListNode<Segment>? Place { get; set; }

        /// <summary>Threads in <see cref="Get"/>.</summary>
        public int Users { get; set; }
    }

    private sealed class Holding : IDisposable
    {
        private readonly Holding? _outer = _holding;
        private ChunkBuffer? _last;

        public Holding() => _holding = this;

        public void Hold(ChunkBuffer? buffer)
        {
            if (ReferenceEquals(buffer, _last)) return;
            _last?.Release();
            _last = buffer is not null && buffer.TryAddReference() ? buffer : null;
        }

        public void Dispose()
        {
            Hold(null);
            _holding = _outer;
        }
    }
}
