using System.Runtime.InteropServices;

namespace ZarrFs.Core.Cache.Disk;

/// <summary>What is known of the files of one volume, from the records of its index. Guarded by its owner's lock.</summary>
/// <param name="layout">The volume's files.</param>
/// <param name="boot">The run of the system at this moment; 0 if it does not say.</param>
internal sealed class VolumeIndex(VolumeLayout layout, uint boot)
{
    private readonly Dictionary<ulong, IndexEntry> _entries = [];
    private readonly Dictionary<ulong, int> _begun = [];
    private readonly Dictionary<uint, int> _synced = [];
    private readonly long[] _known = new long[layout.Levels];
    private int _syncs;

    /// <summary>Bytes that all chunk files count.</summary>
    public long Bytes { get; private set; }

    /// <summary>Number of entries.</summary>
    public int Count => _entries.Count;

    public IEnumerable<KeyValuePair<ulong, IndexEntry>> Entries => _entries;

    /// <summary>Chunks of a level that are empty or whose file has its name.</summary>
    public long Known(int level) => _known[level];

    public bool IsComplete(int level) => _known[level] == layout.Chunks(level);

    public bool TryGet(DiskKey key, out IndexEntry entry) => _entries.TryGetValue(key.Value, out entry);

    /// <summary>The entry itself, to be changed in place; a null reference if there is none.</summary>
    public ref IndexEntry Find(DiskKey key) => ref CollectionsMarshal.GetValueRefOrNullRef(_entries, key.Value);

    /// <summary>True if a file with the stamp of its entry cannot be but what was written: a stamp says nothing of what a power failure has done.</summary>
    public bool Holds(in IndexEntry entry) => boot != 0 && entry.Stamp != 0 && !entry.IsDoubtful && (entry.Boot == boot || IsSynced(entry));

    /// <summary>Takes what a record says. Taking one again changes nothing.</summary>
    public void Apply(in IndexRecord record)
    {
        if (record.Kind == RecordKind.Syncing) _begun[record.Id] = ++_syncs;
        if (record.Kind == RecordKind.Synced && _begun.Remove(record.Id, out int epoch)) _synced[record.Boot] = epoch;
        if (record.Kind == RecordKind.Lost) Doubt(record.Boot);
        if (record.Kind is RecordKind.Syncing or RecordKind.Synced or RecordKind.Lost) return;
        if (!layout.Contains(record.Key)) return;
        ref IndexEntry entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_entries, record.Key.Value, out bool exists)!;
        bool isSame = exists && entry.Id == record.Id;
        switch (record.Kind)
        {
            case RecordKind.Put when !isSame:
                if (exists) Tally(record.Key, entry, -1);
                entry = new IndexEntry { Checksum = record.Value, Id = record.Id, Used = record.Time, ToldHour = IndexEntry.HourOf(record.Time) };
                break;
            case RecordKind.Empty when !isSame:
                if (exists) Tally(record.Key, entry, -1);
                entry = new IndexEntry { Id = record.Id, Used = record.Time, ToldHour = IndexEntry.HourOf(record.Time), IsEmpty = true, IsPlaced = true };
                Tally(record.Key, entry, 1);
                break;
            case RecordKind.Stamp when isSame:
                if (!entry.IsPlaced)
                {
                    entry.IsPlaced = true;
                    Tally(record.Key, entry, 1);
                }

                entry.IsDoubtful &= entry.Boot == record.Boot; // after another start it was read from the disk
                (entry.Stamp, entry.Boot, entry.Epoch) = (record.Value, record.Boot, _syncs);
                break;
            case RecordKind.Used when isSame:
                entry.Used = Math.Max(entry.Used, record.Time);
                entry.ToldHour = IndexEntry.HourOf(record.Time);
                break;
            case RecordKind.Drop when isSame:
                Remove(record.Key);
                break;
            default:
                if (!exists) _entries.Remove(record.Key.Value);
                break;
        }
    }

    /// <summary>Forgets a file.</summary>
    public void Remove(DiskKey key)
    {
        if (_entries.Remove(key.Value, out IndexEntry entry)) Tally(key, entry, -1);
    }

    /// <summary>The records that say what is known now, and nothing that was.</summary>
    public IEnumerable<IndexRecord> Records()
    {
        // First what is in doubt, and the word for it; then what a power failure cannot have changed, and the word for that; then the rest.
        foreach (Trust trust in (Trust[])[Trust.Doubtful, Trust.Synced, Trust.Stamped])
        {
            var boots = new HashSet<uint>();
            foreach ((ulong value, IndexEntry entry) in _entries)
            {
                if (TrustOf(entry) != trust) continue;
                var key = new DiskKey(value);
                if (entry.IsEmpty)
                {
                    yield return new IndexRecord(RecordKind.Empty, key, 0, entry.Id, entry.Used, boot);
                    continue;
                }

                yield return new IndexRecord(RecordKind.Put, key, entry.Checksum, entry.Id, entry.Used, boot);
                if (entry.IsPlaced) yield return new IndexRecord(RecordKind.Stamp, key, entry.Stamp, entry.Id, entry.Used, entry.Boot);
                boots.Add(entry.Boot);
            }

            foreach (uint one in boots)
            {
                if (trust == Trust.Doubtful) yield return new IndexRecord(RecordKind.Lost, default, 0, one, 0, one);
                if (trust != Trust.Synced) continue;
                yield return new IndexRecord(RecordKind.Syncing, default, 0, one, 0, one);
                yield return new IndexRecord(RecordKind.Synced, default, 0, one, 0, one);
            }
        }
    }

    private Trust TrustOf(in IndexEntry entry) => entry.IsDoubtful ? Trust.Doubtful : IsSynced(entry) ? Trust.Synced : Trust.Stamped;

    private bool IsSynced(in IndexEntry entry) => _synced.GetValueOrDefault(entry.Boot) > entry.Epoch;

    /// <summary>What was written in a run of the system and had not come to the disk for sure is looked at each time, until the next run.</summary>
    private void Doubt(uint lost)
    {
        foreach (ulong key in _entries.Keys)
        {
            ref IndexEntry entry = ref CollectionsMarshal.GetValueRefOrNullRef(_entries, key);
            if (entry.IsEmpty || (entry.IsPlaced && (entry.Boot != lost || IsSynced(entry)))) continue;
            (entry.IsDoubtful, entry.Boot) = (true, lost);
        }
    }

    private void Tally(DiskKey key, in IndexEntry entry, int sign)
    {
        if (key.IsDocument || !entry.IsPlaced) return;
        _known[key.Level] += sign;
        if (!entry.IsEmpty) Bytes += sign * layout.FileBytes;
    }

    private enum Trust
    {
        Doubtful,
        Synced,
        Stamped,
    }
}
