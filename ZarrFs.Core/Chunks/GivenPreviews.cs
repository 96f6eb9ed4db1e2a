namespace ZarrFs.Core.Chunks;

/// <summary>The chunks whose previews were given out and whose exact bytes have not come since, the most recent first.</summary>
internal sealed class GivenPreviews
{
    private const int Most = 1 << 16;

    private readonly Lock _sync = new();
    private readonly Dictionary<ChunkAddress, LinkedListNode<ChunkAddress>> _places = [];
    private readonly LinkedList<ChunkAddress> _recent = new();
    private readonly Dictionary<(int Volume, int Level), int> _counts = [];

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_sync) return _places.Count;
        }
    }

    /// <summary>How many of them a level has.</summary>
    public int CountOf(int volume, int level)
    {
        lock (_sync) return _counts.GetValueOrDefault((volume, level));
    }

    /// <summary>Adds a chunk, or makes it the most recent.</summary>
    /// <returns>The one that had to go for it, of which nobody will hear any more; or null.</returns>
    public ChunkAddress? Add(in ChunkAddress address)
    {
        lock (_sync)
        {
            if (_places.TryGetValue(address, out LinkedListNode<ChunkAddress>? place))
            {
                _recent.Remove(place);
                _recent.AddFirst(place);
                return null;
            }

            _places.Add(address, _recent.AddFirst(address));
            CountIn(address, 1);
            if (_places.Count <= Most) return null;
            ChunkAddress oldest = _recent.Last!.Value;
            _recent.RemoveLast();
            _places.Remove(oldest);
            CountIn(oldest, -1);
            return oldest;
        }
    }

    /// <summary>Takes a chunk out; false if it was not there.</summary>
    public bool Remove(in ChunkAddress address)
    {
        lock (_sync)
        {
            if (!_places.Remove(address, out LinkedListNode<ChunkAddress>? place)) return false;
            _recent.Remove(place);
            CountIn(address, -1);
            return true;
        }
    }

    /// <summary>Takes all chunks of a volume out.</summary>
    public void RemoveAll(int volume)
    {
        lock (_sync)
        {
            foreach (ChunkAddress address in _recent.Where(address => address.Volume == volume).ToArray()) Remove(address);
        }
    }

    /// <summary>True if the chunk was given out as a preview.</summary>
    public bool Contains(in ChunkAddress address)
    {
        lock (_sync) return _places.ContainsKey(address);
    }

    /// <summary>The most recent ones.</summary>
    public ChunkAddress[] Recent(int count)
    {
        lock (_sync) return [.. _recent.Take(count)];
    }

    private void CountIn(in ChunkAddress address, int change)
    {
        (int, int) level = (address.Volume, address.Level);
        _counts[level] = _counts.GetValueOrDefault(level) + change;
    }
}
