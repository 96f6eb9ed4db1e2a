using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Mount;

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
        using (SafeFileHandle file = File.OpenHandle(_rig.FileOf(address)))
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

    /// <summary>As a kill between the record and the name leaves it.</summary>
    [Fact]
    public void A_record_without_a_file_is_no_chunk()
    {
        using var pool = new BufferPool(16 << 20);
        ChunkAddress address = _rig.Full[7];
        using (DiskCache cache = _rig.Open()) Assert.True(_rig.Put(cache, address));
        File.Delete(_rig.FileOf(address));
        IndexLog.Replace(_rig.IndexFile, Records(_rig.IndexFile).Where(record => record.Kind == RecordKind.Put));
        using (DiskCache cache = _rig.Open())
        {
            Assert.Equal(CachedState.Missing, cache.StateOf(address));
            Assert.False(_rig.Has(cache, address));
            ChunkBuffer buffer = pool.TryRent(CacheRig.ChunkBytes)!;
            _rig.Expected(address).CopyTo(buffer.Span);
            cache.Offer(address, buffer);
            buffer.Release();
            cache.Flush();
            Assert.Equal(CachedState.Present, cache.StateOf(address));
        }

        using DiskCache again = _rig.Open();
        Assert.Equal(CachedState.Present, again.StateOf(address));
        Assert.True(_rig.Has(again, address));
        _rig.AssertNothingLeftOver(again);
    }

    /// <summary>The same of a metadata document: it is put once more, and is not believed to be there.</summary>
    [Fact]
    public void A_record_of_metadata_without_a_file_is_no_document()
    {
        using (DiskCache cache = _rig.Open()) _rig.PutAll(cache);
        string group = Path.Combine(_rig.VolumeDirectory, "zarr.json");
        byte[] content = File.ReadAllBytes(group);
        File.Delete(group);
        List<IndexRecord> records = Records(_rig.IndexFile);
        IndexLog.Replace(_rig.IndexFile, records.Where(record => record.Kind == RecordKind.Put || record.Key != DiskKey.Group));
        using (DiskCache cache = _rig.Open()) Assert.Equal(_rig.Chunks.Count, _rig.CountRight(cache));
        Assert.Equal(content, File.ReadAllBytes(group));
    }

    /// <summary>As when the voxel size is changed while the program runs: the chunks are the same, what is said of them is not.</summary>
    [Fact]
    public void Metadata_are_of_the_volume_that_was_shown_last()
    {
        string group = Path.Combine(_rig.VolumeDirectory, "zarr.json");
        var other = new Multiscale(
            _rig.Multiscale.Name, new Volume(_rig.Source, VolumeRanges.All, null, new VoxelSize(7.5, 7.5, 7.5, "micrometer")), _rig.Multiscale.Chunk, null, DownsampleMethod.Mean);
        using DiskCache cache = _rig.Open();
        _rig.PutAll(cache);
        Assert.DoesNotContain("7.5", File.ReadAllText(group), StringComparison.Ordinal);
        Assert.True(cache.TryAdd(2, other, Metadata.Documents.Channels(other))); // another came to nothing
        cache.Remove(1);
        cache.Remove(0);
        Eventually.True(IsOfNew, "it is of the new one");
        Assert.Equal(CachedState.Present, cache.StateOf(_rig.Full[5] with { Volume = 2 }));

        bool IsOfNew()
        {
            try
            {
                return File.ReadAllText(group).Contains("7.5", StringComparison.Ordinal);
            }
            catch (FileNotFoundException)
            {
                return false; // for a moment, before the new one comes
            }
        }
    }

    /// <summary>A full disk takes no word of a file that was deleted to make room on it.</summary>
    [Fact]
    public async Task No_metadata_is_put_over_a_file_that_is_gone()
    {
        using (DiskCache cache = _rig.Open()) _rig.PutAll(cache);
        foreach (string document in Documents()) File.Delete(document);
        File.Delete(_rig.FileOf(_rig.Full[5]));
        IndexLog.Replace(_rig.IndexFile, Records(_rig.IndexFile).Where(record => !record.Key.IsDocument));
        using DiskCache again = _rig.Open();
        await again.Loading;
        Assert.Equal(2, Documents().Length); // of levels 1 and 2
        Assert.Equal(CachedState.Missing, again.StateOf(_rig.Full[5]));
        Assert.True(_rig.Put(again, _rig.Full[5]));
        Assert.Equal(4, Documents().Length);

        string[] Documents() => Directory.GetFiles(_rig.VolumeDirectory, "zarr.json", SearchOption.AllDirectories);
    }

    /// <summary>When the system could not write back, what is read may come from memory for a while, with a stamp that is right.</summary>
    [Fact]
    public void After_a_failed_sync_what_was_not_synced_is_looked_at_each_time()
    {
        using var directory = new Corpus.TemporaryDirectory();
        using CacheDirectory cache = CacheDirectory.Open(directory.Path, new DiskCacheCounters(), NullLogger.Instance);
        string path = Path.Combine(directory.Path, "index");
        var layout = new VolumeLayout(4096, [[100]]);
        DiskKey before = new(0, 1), lost = new(0, 2), after = new(0, 3);
        var stamp = new FileStamp(4096, 12345, true);
        using (var index = new SharedIndex(cache, path, layout))
        {
            index.Load();
            Put(index, before);
            index.SyncFiles(new NoDisk());
            Put(index, lost);
            Assert.True(IsTrusted(index, before) && IsTrusted(index, lost));
            Assert.Throws<IOException>(() => index.SyncFiles(new NoDisk(new IOException("on purpose"))));
            Put(index, after);
            Check(index);
            index.Stamp(lost, index.Find(lost)!.Value.Id, stamp); // it was looked at, and was right
            Check(index);
        }

        using (var again = new SharedIndex(cache, path, layout))
        {
            again.Load();
            Check(again);
            var known = new VolumeIndex(layout, cache.Boot);
            foreach (IndexRecord record in Records(path)) known.Apply(record);
            IndexLog.Replace(path, [.. known.Records()]);
            again.Load();
            Check(again);
            Put(again, lost);
            Assert.True(IsTrusted(again, lost));
        }

        void Check(SharedIndex index) =>
            Assert.Equal((true, false, true), (IsTrusted(index, before), IsTrusted(index, lost), IsTrusted(index, after)));

        void Put(SharedIndex index, DiskKey key) => index.Stamp(key, index.Add(RecordKind.Put, key, 7), stamp);

        bool IsTrusted(SharedIndex index, DiskKey key) => index.IsTrusted(index.Find(key)!.Value, stamp);
    }

    [Fact]
    public void What_was_looked_at_after_another_start_is_trusted_again_though_a_sync_had_failed()
    {
        var layout = new VolumeLayout(4096, [[100]]);
        var index = new VolumeIndex(layout, boot: 2);
        var put = new IndexRecord(RecordKind.Put, new DiskKey(0, 1), 7, 70, 1, 1);
        index.Apply(put);
        index.Apply(put with { Kind = RecordKind.Stamp, Value = 9 });
        index.Apply(new IndexRecord(RecordKind.Lost, default, 0, 71, 1, 1));
        Assert.True(index.TryGet(put.Key, out IndexEntry entry));
        Assert.False(index.Holds(entry));
        index.Apply(put with { Kind = RecordKind.Stamp, Value = 9, Boot = 2 });
        Assert.True(index.TryGet(put.Key, out entry));
        Assert.True(index.Holds(entry));
    }

    [Fact]
    public void It_is_written_anew_when_most_of_it_is_about_what_is_gone()
    {
        using (DiskCache cache = _rig.Open()) _rig.PutAll(cache);
        List<IndexRecord> records = Records(_rig.IndexFile);
        var old = new IndexRecord(RecordKind.Put, new DiskKey(0, 5), 1, 2, 3, 4);
        IEnumerable<IndexRecord> gone = Enumerable.Range(0, 40_000)
            .SelectMany(i => (IndexRecord[])[old with { Id = (ulong)i }, old with { Id = (ulong)i, Kind = RecordKind.Drop }]);
        IndexLog.Replace(_rig.IndexFile, gone.Concat(records));
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
    public void It_is_written_anew_at_the_start_where_no_run_has_come_to_its_end()
    {
        using (DiskCache cache = _rig.Open()) _rig.PutAll(cache);
        List<IndexRecord> records = Records(_rig.IndexFile);
        IndexRecord put = records.Find(record => record.Kind == RecordKind.Put);
        IndexLog.Replace(_rig.IndexFile, records.Concat(Enumerable.Range(0, 40_000).Select(i => put with { Kind = RecordKind.Used, Time = put.Time + i })));
        using (DiskCache cache = _rig.Open())
        {
            Assert.InRange(new FileInfo(_rig.IndexFile).Length, 1, 100_000);
            Assert.Equal(_rig.Chunks.Count, _rig.CountRight(cache));
            Assert.Equal(0, cache.Counters.Damaged);
            _rig.AssertNothingLeftOver(cache);
        }
    }

    /// <summary>From time to time the index is told of uses; what is used again and again within an hour is told at the end alone.</summary>
    [Fact]
    public void Uses_within_an_hour_are_told_at_the_end_alone()
    {
        using var directory = new Corpus.TemporaryDirectory();
        using CacheDirectory cache = CacheDirectory.Open(directory.Path, new DiskCacheCounters(), NullLogger.Instance);
        string path = Path.Combine(directory.Path, "index");
        long now = cache.Now();
        IndexRecord fresh = new(RecordKind.Put, new DiskKey(0, 1), 7, 70, now, 1);
        IndexRecord old = new(RecordKind.Put, new DiskKey(0, 2), 7, 71, now - (3 * TimeSpan.TicksPerHour), 1);
        IndexLog.Replace(path, [fresh, old]);
        using (var index = new SharedIndex(cache, path, new VolumeLayout(4096, [[100]])))
        {
            index.Load();
            for (int i = 0; i < 3; i++)
            {
                Assert.True(index.Touch(fresh.Key, fresh.Id) && index.Touch(old.Key, old.Id));
                if (now / TimeSpan.TicksPerHour == cache.Now() / TimeSpan.TicksPerHour) index.FlushUses(all: false);
            }

            Assert.InRange(Records(path).Count(record => record.Kind == RecordKind.Used && record.Key == old.Key), 0, 1);
            Assert.DoesNotContain(Records(path), record => record.Kind == RecordKind.Used && record.Key == fresh.Key);
        }

        IndexRecord last = Records(path).Last(record => record.Key == fresh.Key);
        Assert.Equal(RecordKind.Used, last.Kind);
        Assert.True(last.Time > now);
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

    /// <summary>A disk to which nothing need be forced, or cannot be.</summary>
    private sealed class NoDisk(Exception? failure = null) : IDiskSync
    {
        public void File(SafeFileHandle file) => throw new NotSupportedException();

        public void Directory(string path) => throw new NotSupportedException();

        public void FileSystem()
        {
            if (failure is not null) throw failure;
        }

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
