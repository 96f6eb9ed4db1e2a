using ZarrFs.Core.Chunks;
using ZarrFs.Core.Tree;

namespace ZarrFs.Host.Mount;

/// <summary>
/// Has the kernel drop chunks whose bytes have changed: an exact chunk has come in place of a preview, or the source is another; and names that stand for
/// another volume now, or for none. By a thread of its own, because the kernel first waits for reads of the same pages, whose replies are ours to send.
/// </summary>
internal sealed class Invalidations : IDisposable
{
    private const int StackSize = 256 * 1024;

    // Changes of so many groups of chunks are counted apart. Chunks of one group are invalidated together with a chunk that was being read, for nothing.
    private const int Groups = 4096;

    private readonly FuseDevice _device;
    private readonly IFileTree _tree;
    private readonly IChunkReader _chunks;
    private readonly int[] _changes = new int[Groups];
    private readonly HashSet<NodeId> _waiting = [];
    private bool _closed;

    public Invalidations(FuseDevice device, IFileTree tree, IChunkReader chunks)
    {
        _device = device;
        _tree = tree;
        _chunks = chunks;
        chunks.OnChanged(Changed);
        tree.OnChanged(Changed);
    }

    /// <summary>Starts the thread. Only when the kernel has been answered for the first time: it takes nothing before.</summary>
    public void Start() => new Thread(Run, StackSize) { IsBackground = true, Name = "fuse invalidations" }.Start();

    /// <summary>What to give to <see cref="Answered"/>; to be taken before the bytes of a reply are.</summary>
    public int Mark(in ChunkAddress address) => Volatile.Read(ref Count(address));

    /// <summary>
    /// To be called after a reply with bytes of a chunk was sent. If they became old on the way, the kernel may have been told before it had them,
    /// and would keep them for ever: so it is told again.
    /// </summary>
    public void Answered(in ChunkAddress address, int mark, bool isProvisional)
    {
        if (Mark(address) != mark || (isProvisional && _chunks.StatusOf(address) == ChunkStatus.Final)) Queue(address);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_waiting)
        {
            _closed = true;
            _waiting.Clear();
            Monitor.PulseAll(_waiting);
        }
    }

    /// <summary>
    /// At once, by whoever changes the tree: when he has done so, nobody finds the old one. Answers from it that are on their way hold the lock of the
    /// directory, for which the kernel waits.
    /// </summary>
    private void Changed(IReadOnlyList<byte[]> names)
    {
        try
        {
            foreach (byte[] name in names) _device.InvalidateName(NodeId.Root.Value, name);
            _device.Invalidate(NodeId.Root.Value); // its time, and its listing
        }
        catch (ObjectDisposedException)
        {
            // The connection was closed, with all that the kernel had.
        }
    }

    private void Changed(ChunkAddress address)
    {
        Interlocked.Increment(ref Count(address));
        Queue(address);
    }

    private void Queue(in ChunkAddress address)
    {
        IReadOnlyList<NodeId> nodes = _tree.NodesOf(address);
        lock (_waiting)
        {
            if (_closed) return;
            foreach (NodeId node in nodes) _waiting.Add(node);
            Monitor.Pulse(_waiting);
        }
    }

    private void Run()
    {
        var taken = new List<NodeId>();
        while (true)
        {
            lock (_waiting)
            {
                while (_waiting.Count == 0 && !_closed) Monitor.Wait(_waiting);
                if (_closed) return;

                // Out of the set before the kernel is told: what changes meanwhile comes in again.
                taken.AddRange(_waiting);
                _waiting.Clear();
            }

            try
            {
                foreach (NodeId node in taken) _device.Invalidate(node.Value);
            }
            catch (ObjectDisposedException)
            {
                return; // the connection was closed meanwhile, with all that the kernel had
            }

            taken.Clear();
        }
    }

    private ref int Count(in ChunkAddress address) => ref _changes[(uint)address.GetHashCode() % Groups];
}
