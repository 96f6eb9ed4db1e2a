using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;

namespace ZarrFs.Tests.Cache.Disk;

/// <summary>An index that is torn, spoilt, from another run of the system, or mostly about what is gone.</summary>
public sealed class IndexTests : IDisposable
{
    private readonly CacheRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(47)]
    [InlineData(48)]
    [InlineData(1000)]
    public void A_torn_end_costs_no_more_than_itself(int bytes)
    {
        using (DiskCache cache = _rig.Open()) _rig.PutAll(cache);
        using (FileStream index = File.OpenWrite(_rig.IndexFile)) index.SetLength(index.Length - bytes);
        using (DiskCache cache = _rig.Open())
        {
            Assert.InRange(_rig.CountRight(cache), _rig.Chunks.Count - (bytes / 48) - 1, _rig.Chunks.Count);
            foreach (ChunkAddress address in _rig.Chunks) _rig.Put(cache, address);
        }

        // What came after the torn record is found as well.
        using DiskCache again = _rig.Open();
        Assert.InRange(_rig.CountRight(again), _rig.Chunks.Count - (bytes / 48) - 1, _rig.Chunks.Count);
    }

    [Fact]
    public void Garbage_between_records_is_passed_over()
    {
        var random = new Random(8);
        using (DiskCache cache = _rig.Open())
        {
            Assert.Equal(0, cache.CountOf(0, 0)); // and it is open by now
            foreach (ChunkAddress address in _rig.Chunks)
            {
                byte[] garbage = new byte[random.Next(200)];
                random.NextBytes(garbage);
                if (random.Next(2) == 0) garbage.AsSpan().Fill((byte)'z'); // as records begin
                using (var index = new FileStream(_rig.IndexFile, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) index.Write(garbage);
                Assert.True(_rig.Put(cache, address));
            }
        }

        using DiskCache again = _rig.Open();
        Assert.Equal(_rig.Chunks.Count, _rig.CountRight(again));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_000)]
    public void An_index_of_nothing_but_garbage_is_a_cache_of_nothing(int bytes)
    {
        using (DiskCache cache = _rig.Open()) _rig.PutAll(cache);
        byte[] garbage = new byte[bytes];
        new Random(2).NextBytes(garbage);
        File.WriteAllBytes(_rig.IndexFile, garbage);
        using DiskCache again = _rig.Open();
        Assert.Equal(0, _rig.CountRight(again));
        Assert.Equal(0, again.Bytes);
    }

    [Fact]
    public void Flipped_bits_in_the_index_are_misses_at_most()
    {
        var random = new Random(4);
        using (DiskCache cache = _rig.Open()) _rig.PutAll(cache);
        byte[] index = File.ReadAllBytes(_rig.IndexFile);
        for (int i = 0; i < 40; i++) index[random.Next(index.Length)] ^= (byte)(1 << random.Next(8));
        File.WriteAllBytes(_rig.IndexFile, index);
        using DiskCache again = _rig.Open();
        Assert.InRange(_rig.CountRight(again), _rig.Chunks.Count - 80, _rig.Chunks.Count);
    }

    /// <summary>A stamp is the system's word, and a power failure makes it worthless unless all was on the disk by then.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void After_another_start_of_the_system_files_are_looked_at(bool synced)
    {
        ChunkAddress address = _rig.Full[7];
        using (DiskCache cache = _rig.Open()) Assert.True(_rig.Put(cache, address));
        byte[] bytes = File.ReadAllBytes(_rig.FileOf(address));
        bytes[5] ^= 1;
        using (FileStream stream = File.OpenWrite(_rig.FileOf(address))) stream.Write(bytes);
        List<IndexRecord> records = Records(_rig.IndexFile);
        using (Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(_rig.FileOf(address)))
        {
            // As if the system had said so when it was written: a file whose blocks have not reached the disk looks like that.
            ulong stamp = FileStamp.Of(file).Value;
            records = [.. records.Select(record => record with { Boot = record.Boot + 1, Value = record.Kind == RecordKind.Stamp ? stamp : record.Value })];
        }

        if (synced)
        {
            records.Add(new IndexRecord(RecordKind.Syncing, default, 0, 77, 0, records[0].Boot));
            records.Add(new IndexRecord(RecordKind.Synced, default, 0, 77, 0, records[0].Boot));
        }

        IndexLog.Replace(_rig.IndexFile, records);
        using DiskCache again = _rig.Open();
        byte[] found = new byte[CacheRig.ChunkBytes];
        Assert.Equal(synced ? CachedState.Present : CachedState.Missing, again.TryRead(address, found));
        Assert.Equal(synced ? 0 : 1, again.Counters.Damaged);
        if (synced) Assert.Equal(bytes, found);
    }

    [Fact]
    public void It_is_written_anew_when_most_of_it_is_about_what_is_gone()
    {
        using (DiskCache cache = _rig.Open()) _rig.PutAll(cache);
        List<IndexRecord> records = Records(_rig.IndexFile);
        var old = new IndexRecord(RecordKind.Put, new DiskKey(0, 5), 1, 2, 3, 4);
        IndexLog.Replace(_rig.IndexFile, [.. Enumerable.Repeat(old, 40_000).SelectMany((put, i) => (IndexRecord[])[put with { Id = (ulong)i }, put with { Id = (ulong)i, Kind = RecordKind.Drop }]), .. records]);
        using (DiskCache cache = _rig.Open())
        {
            Assert.Equal(_rig.Chunks.Count, _rig.CountRight(cache));
            using DiskCache other = _rig.Open();
            Assert.Equal(_rig.Chunks.Count, _rig.CountRight(other));
        }

        Assert.InRange(new FileInfo(_rig.IndexFile).Length, 1, 100_000);
        using DiskCache again = _rig.Open();
        Assert.Equal(_rig.Chunks.Count, _rig.CountRight(again));
        Assert.Equal(0, again.Counters.Damaged);
        _rig.AssertNothingLeftOver(again);
    }

    [Fact]
    public void Half_a_million_chunks_are_read_in_few_blocks()
    {
        string path = Path.Combine(Directory.CreateDirectory(_rig.Directory).FullName, "index");
        IndexLog.Replace(path, Enumerable.Range(0, 500_000).SelectMany(i => (IndexRecord[])
            [new(RecordKind.Put, new DiskKey(0, i), (ulong)i, (ulong)i + 1, i, 1), new(RecordKind.Stamp, new DiskKey(0, i), 9, (ulong)i + 1, i, 1)]));
        using IndexLog log = IndexLog.Open(path);
        var index = new VolumeIndex(new VolumeLayout(4096, [[1_000_000]]), boot: 1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        log.ReadTail(record => index.Apply(record));
        Assert.Equal(500_000, index.Known(0));
        Assert.Equal(500_000L * 4096, index.Bytes);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200L << 20); // the table, which grows by copying
    }

    private static List<IndexRecord> Records(string path)
    {
        using IndexLog log = IndexLog.Open(path);
        var records = new List<IndexRecord>();
        log.ReadTail(records.Add);
        return records;
    }
}
