using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Sources.Changes;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Chunks;
using ZarrFs.Tests.Http.Access;
using ZarrFs.Tests.Oracles;

namespace ZarrFs.Tests.Sources.Changes;

/// <summary>Real slices that change while their chunks are read.</summary>
public sealed class WatcherTests : IAsyncLifetime, IDisposable
{
    private const int Slices = 20;

    // A look is asked for where a test wants one; polling is for the one test of it.
    private static readonly WatchOptions OnDemand = new() { Rest = TimeSpan.Zero, Interval = TimeSpan.FromHours(1) };

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private readonly RecordingLogger _log = new();
    private BufferPool _pool = null!;
    private SliceFolder _folder = null!;
    private ISource _source = null!;
    private Multiscale _volume = null!;
    private ChunkStore _store = null!;
    private SourceWatcher? _watcher;

    public Task InitializeAsync()
    {
        Open(inTiles: false, openFiles: 512);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        if (_watcher is not null) await _watcher.DisposeAsync();
    }

    public void Dispose()
    {
        _store.Dispose();
        _source.Dispose();
        _pool.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_slice_that_changes_is_shown_by_itself()
    {
        // By a clock of the test's: of looks that a slow machine drags out there are few.
        var time = new ManualTime();
        Watch(new WatchOptions(), time);
        await ReadAll();
        _folder.Rename(9, 200);
        await TestStore.Until(
            () =>
            {
                time.Advance(Rest);
                return _store.RevisionOf(new ChunkAddress(0, 0, 0, 0, 1, 0, 0)) > 0;
            },
            "the change is taken in");
        await ReadAll();
        await TestStore.Until(
            () => _log.Messages.Any(message => message.StartsWith($"{_folder[9]} changed; what", StringComparison.Ordinal)), "the log tells of it, when it is taken in");
    }

    [Theory]
    [InlineData("overwrite")]
    [InlineData("away")]
    public async Task A_read_that_meets_a_change_gets_the_new_voxels(string how)
    {
        Watch(OnDemand);
        await _watcher!.LookNow(_source); // the one at the start is over
        await Take(new ChunkAddress(0, 0, 0, 0, 0, 0, 0));
        if (how == "overwrite")
        {
            _folder.Overwrite(3, 99);
            _folder.Stamp(_folder[3]);
            await Take(new ChunkAddress(0, 0, 0, 0, 0, 0, 0)); // kept: nobody has looked
            _folder.Overwrite(12, 99);
            _folder.Stamp(_folder[12]);
        }
        else
        {
            File.Delete(_folder[12]);
        }

        if (how == "overwrite")
        {
            // The one read that meets a changed file has all of them taken in.
            await Take(new ChunkAddress(0, 0, 0, 0, 1, 0, 0));
            await ReadAll();
        }
        else
        {
            var failure = await Assert.ThrowsAsync<SourceException>(() => Take(new ChunkAddress(0, 0, 0, 0, 1, 0, 0)));
            Assert.Equal(_folder[12], failure.Path);
            _folder.Rename(12, 44);
            await _watcher.LookNow(_source);
            await ReadAll();
        }
    }

    [Fact]
    public async Task A_file_is_taken_in_only_when_it_is_at_rest()
    {
        var time = new ManualTime();
        Watch(new WatchOptions { Rest = Rest, Interval = TimeSpan.FromHours(1) }, time);
        await _watcher!.LookNow(_source);
        _folder.Truncate(5); // as one that is being copied looks
        Task look = _watcher.LookNow(_source);
        await Rests();
        _folder.Stamp(_folder[5]);
        time.Advance(Rest);
        await look;
        Assert.Equal(0, _store.RevisionOf(new ChunkAddress(0, 0, 0, 0, 0, 0, 0)));
        Assert.Empty(_source.Problems);
        _folder.Rename(5, 78);
        Task reading = ReadAll(); // waits until it is at rest, and shows it
        await Rests();
        Assert.False(reading.IsCompleted);
        Assert.Equal(0, _store.RevisionOf(new ChunkAddress(0, 0, 0, 0, 0, 0, 0)));
        time.Advance(Rest);
        await reading;
        Assert.Equal(1, _store.RevisionOf(new ChunkAddress(0, 0, 0, 0, 0, 0, 0)));
        Assert.Empty(_source.Problems);

        // It has looked once, and waits as long as a file must rest.
        Task Rests() => TestStore.Until(() => time.IsAwaited(Rest), "it has found a file that has changed");
    }

    [Fact]
    public async Task New_slices_are_one_line_in_the_log()
    {
        Watch(OnDemand);
        for (int i = 0; i < 3; i++) File.Copy(_folder[3], Path.Combine(_folder.Path, $"{Slices + i}.tif"));
        for (int i = 0; i < 4; i++) await _watcher!.LookNow(_source);
        File.Copy(_folder[3], Path.Combine(_folder.Path, "99.tif"));
        for (int i = 0; i < 4; i++) await _watcher!.LookNow(_source);
        Assert.Equal($"{_folder.Path}: 3 new files appeared (20.tif …); shown after a restart", Assert.Single(_log.Messages));
        await ReadAll();
    }

    [Fact]
    public async Task A_disk_that_is_gone_is_one_line_in_the_log_and_what_is_in_memory_is_shown()
    {
        Watch(OnDemand);
        await _watcher!.LookNow(_source);
        byte[] first = await Take(new ChunkAddress(0, 0, 0, 0, 0, 0, 0));
        string away = _folder.Path + "-away";
        Directory.Move(_folder.Path, away);
        try
        {
            for (int i = 0; i < 4; i++) await _watcher.LookNow(_source);
            Assert.Contains("cannot be looked at", Assert.Single(_log.Messages), StringComparison.Ordinal);
            Assert.Equal(first, await Take(new ChunkAddress(0, 0, 0, 0, 0, 0, 0)));
            await Assert.ThrowsAsync<SourceException>(() => Take(new ChunkAddress(0, 0, 0, 0, 1, 0, 0)));
        }
        finally
        {
            Directory.Move(away, _folder.Path);
        }

        await ReadAll();
    }

    [Fact]
    public async Task It_goes_on_after_a_failure_of_any_kind()
    {
        Watch(OnDemand);
        await _watcher!.LookNow(_source);
        bool fails = true;
        _store.OnChanged(_ =>
        {
            if (Volatile.Read(ref fails)) throw new InvalidOperationException("on purpose");
        });
        await ReadAll();
        for (int slice = 3; slice < 6; slice++)
        {
            _folder.Rename(slice, 99);
            await _watcher.LookNow(_source);
        }

        Assert.Equal($"{_folder.Path}: cannot be looked at for changes: InvalidOperationException: on purpose", Assert.Single(_log.Messages));
        Volatile.Write(ref fails, false);
        _folder.Rename(9, 200);
        await _watcher.LookNow(_source);
        Assert.Contains(_log.Messages, message => message.StartsWith($"{_folder[9]} changed; what", StringComparison.Ordinal));
        await ReadAll();
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task Slices_rewritten_all_the_time_are_never_mixed(bool inTiles, bool byRenaming)
    {
        Dispose();
        // Few files stay open, so that a slice is opened anew between two pieces of a chunk.
        Open(inTiles, openFiles: 3);
        // A file that is overwritten has to rest, which it does between two writes and never within one, however long a writer is held up there.
        var time = new ManualTime();
        Watch(byRenaming ? OnDemand : OnDemand with { Rest = Rest }, time);
        const int Slice = 9;
        ChunkAddress[] wanted = [.. Chunks().Where(address => address.Z == Slice >> (3 + address.Level))];
        using var stop = new CancellationTokenSource();
        int good = 0;
        Task[] readers = [.. Enumerable.Range(0, 8).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            while (!stop.IsCancellationRequested)
            {
                ChunkAddress address = wanted[random.Next(wanted.Length)];
                try
                {
                    CheckPure(address, Slice, await Take(address));
                    Interlocked.Increment(ref good);
                }
                catch (SourceException failure)
                {
                    Assert.Contains("never at rest", failure.Message, StringComparison.Ordinal);
                }
            }
        }))];
        var moments = new Random(1);
        for (int i = 0; i < 60 || (Volatile.Read(ref good) == 0 && !Array.Exists(readers, reader => reader.IsCompleted)); i++)
        {
            byte value = (byte)(8 * (1 + (i % 30)));
            if (byRenaming) _folder.Rename(Slice, value);
            else _folder.Overwrite(Slice, value);
            if (i % 10 == 0) _ = _watcher!.LookNow(_source);
            // Longer than a tick of the clock by which the file's time is taken: what is written next has another.
            await Task.Delay(!byRenaming ? 30 : i % 20 == 19 ? 60 : moments.Next(6));
            time.Advance(Rest);
            if (!byRenaming) await Task.Delay(moments.Next(6)); // for those who waited for that, or all of them would meet the next change
        }

        await stop.CancelAsync();
        await AtRest(Task.WhenAll(readers));
        Assert.True(good > 0);
        await AtRest(_watcher!.LookNow(_source));
        await ReadAll();
        await TestStore.Until(() => _store.InFlight == 0, "no chunk is on its way");
        await TestStore.Until(() => _pool.BuffersInUse <= _store.Cached, "only the cache holds buffers");
        _store.Dispose();
        await TestStore.Until(() => _pool.BuffersInUse == 0, "all buffers are back");

        // Nothing is written any more: what waits for that may go on.
        async Task AtRest(Task task)
        {
            for (; !task.IsCompleted; time.Advance(Rest)) await Task.WhenAny(task, Task.Delay(1));
            await task;
        }
    }

    private void Open(bool inTiles, int openFiles)
    {
        _folder = new SliceFolder(Slices, inTiles);
        _source = SourceOpener.Open(_folder.Path, new SourceOptions { FollowsChanges = true, OpenFiles = openFiles });
        _volume = new Multiscale("test", new Volume(_source, VolumeRanges.All, null, null), new ChunkShape(8, 8, 8), null, DownsampleMethod.Mean);
        _pool = new BufferPool(32 << 20);
        _store = new ChunkStore([_volume], _pool, 2);
    }

    private void Watch(WatchOptions options, TimeProvider? time = null) => _watcher = new SourceWatcher([_volume], _store, options, _log, time);

    private IEnumerable<ChunkAddress> Chunks() => ChunkFeed.FedBy(_volume, 0, VoxelBox.All);

    private async Task<byte[]> Take(ChunkAddress address)
    {
        using Lease lease = await _store.GetAsync(address, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(100));
        return lease.Span.ToArray();
    }


    /// <summary>Reads all chunks and compares them with what the folder has.</summary>
    private async Task ReadAll()
    {
        var oracle = new PlainPyramid(_source.Shape, DataType.UInt8, _folder.Voxels, DownsampleMethod.Mean, _volume.Levels.Count);
        foreach (ChunkAddress address in Chunks())
        {
            byte[] found = await Take(address);
            Assert.True(oracle.Chunk(address, _volume.Chunk).AsSpan().SequenceEqual(found), $"{address} is not what it should be");
        }
    }

    private void CheckPure(ChunkAddress address, int slice, byte[] chunk)
    {
        Region region = _volume.Levels[address.Level].Grid.Region(address);
        int z = (int)((slice >> address.Level) - region.Z);
        for (int y = 0; y < region.Height; y++)
        {
            for (int x = 0; x < region.Width; x++)
                Assert.True(chunk[(z * 64) + (y * 8) + x] == chunk[z * 64], $"{address} has {chunk[z * 64]} and {chunk[(z * 64) + (y * 8) + x]} in one plane");
        }
    }
}
