using System.Collections.Immutable;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Chunks;

/// <summary>
/// Which voxels of the sources have changed since they were opened, and when: changes are numbered. Read without a lock, changed by one at a
/// time. The list of a volume stays short: where it grows too long, neighbours along z become one box with the later number, so a chunk may
/// count as changed that is not, never the other way round.
/// </summary>
internal sealed class ChunkRevisions(IReadOnlyList<Multiscale> volumes)
{
    private const int MostBoxes = 512;

    private readonly PerVolume<Changes> _changes = new(volumes, static _ => new Changes());
    private int _last;

    /// <summary>The number of the last change; 0 if there was none.</summary>
    public int Last => Volatile.Read(ref _last);

    /// <summary>Notes a change.</summary>
    /// <param name="numbers">The volumes that show the source.</param>
    /// <param name="boxes">What has changed, in the source.</param>
    public void Add(IEnumerable<int> numbers, IReadOnlyCollection<VoxelBox> boxes)
    {
        int number = _last + 1;
        foreach (int volume in numbers)
        {
            List<Entry> entries = [.. _changes[volume].Entries.Where(entry => !boxes.Contains(entry.Box)), .. boxes.Select(box => new Entry(box, number))];
            ImmutableInterlocked.InterlockedExchange(ref _changes[volume].Entries, Merge(entries));
        }

        Volatile.Write(ref _last, number);
    }

    /// <summary>The number of the last change of voxels that go into a chunk; 0 if they have not changed.</summary>
    public int Of(in ChunkAddress address)
    {
        ImmutableArray<Entry> changes = _changes[address.Volume].Entries;
        if (changes.IsEmpty) return 0;
        VoxelBox feed = ChunkFeed.Of(volumes[address.Volume], address);
        int last = 0;
        foreach (Entry entry in changes)
        {
            if (entry.Number > last && entry.Box.Overlaps(feed)) last = entry.Number;
        }

        return last;
    }

    private static ImmutableArray<Entry> Merge(List<Entry> entries)
    {
        if (entries.Count <= MostBoxes) return [.. entries];
        Entry[] sorted = [.. entries.OrderBy(entry => entry.Box.FirstZ)];
        int together = (2 * sorted.Length / MostBoxes) + 1; // half as many as there may be, or every further change would merge again
        return [.. sorted.Chunk(together).Select(static some => some.Aggregate(static (a, b) => new Entry(a.Box.Around(b.Box), Math.Max(a.Number, b.Number))))];
    }

    /// <summary>Those of one volume.</summary>
    private sealed class Changes
    {
        public ImmutableArray<Entry> Entries = [];
    }

    private readonly record struct Entry(VoxelBox Box, int Number);
}
