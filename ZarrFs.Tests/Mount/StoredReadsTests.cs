using System.Diagnostics;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;
using ZarrFs.Host.Mount;

namespace ZarrFs.Tests.Mount;

/// <summary>Chunks in files of the disk cache where the kernel does not read them by itself.</summary>
public sealed class StoredReadsTests : IDisposable
{
    private const int Size = 3_000_001;
    private readonly string _directory = TemporaryDirectory.Create();
    private int _opened;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [FuseFact]
    public void A_chunk_in_a_file_is_read_without_being_made_and_opened_once()
    {
        using var mounted = new MountedTree(directIo: true); // no page cache: each read reaches the program
        byte[] expected = Keep(mounted.ChunkReader, 3);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < 3; i++) Assert.Equal(expected, File.ReadAllBytes(mounted.At("chunks/3")));
        Assert.Equal(0, mounted.ChunkReader.Asked);
        Assert.InRange(_opened, 1, 1 + (int)(Stopwatch.GetElapsedTime(start).TotalSeconds / 2)); // not for each piece, but after each two seconds
        Assert.Equal(0, mounted.ChunkReader.BuffersInUse);
        Assert.Equal(mounted.ChunkReader.Expected(4), File.ReadAllBytes(mounted.At("chunks/4")));
        Assert.True(mounted.ChunkReader.Asked > 0);
    }

    [FuseFact]
    public void A_file_that_is_gone_or_short_is_a_miss()
    {
        using var mounted = new MountedTree(directIo: true);
        byte[] whole = Keep(mounted.ChunkReader, 3);
        File.WriteAllBytes(mounted.ChunkReader.Files[At(3)], whole[..^1]);
        Keep(mounted.ChunkReader, 4);
        File.Delete(mounted.ChunkReader.Files[At(4)]);
        mounted.ChunkReader.OpenFile = path => File.Exists(path) ? new CachedFile(File.OpenHandle(path), Size) : null;
        for (int chunk = 3; chunk <= 4; chunk++)
            Assert.Equal(mounted.ChunkReader.Expected(chunk), File.ReadAllBytes(mounted.At($"chunks/{chunk}")));
        Eventually.True(() => mounted.PendingReads == 0 && mounted.ChunkReader.BuffersInUse == 0, "all is given back");
    }

    [FuseFact]
    public void A_slow_disk_delays_nobody_else()
    {
        using var mounted = new MountedTree(directIo: true);
        byte[] expected = Keep(mounted.ChunkReader, 3);
        using var ready = new Latch();
        mounted.ChunkReader.OpenFile = path =>
        {
            ready.Wait();
            return new CachedFile(File.OpenHandle(path), Size);
        };
        Task<byte[]>[] slow = [.. Enumerable.Range(0, 8).Select(_ =>
            Task.Factory.StartNew(() => File.ReadAllBytes(mounted.At("chunks/3")), TaskCreationOptions.LongRunning))];
        try
        {
            Eventually.True(() => mounted.PendingReads == 8, "all wait for the disk");
            Assert.Equal(mounted.ChunkReader.Expected(4), File.ReadAllBytes(mounted.At("chunks/4")));
            Assert.Equal(Size, new FileInfo(mounted.At("many/77")).Length);
            Assert.DoesNotContain(slow, task => task.IsCompleted);
        }
        finally
        {
            ready.Open();
        }

        Assert.All(slow, task => Assert.Equal(expected, task.GetAwaiter().GetResult()));
    }

    [FuseFact]
    public void After_a_change_the_open_file_is_not_read_any_more()
    {
        using var mounted = new MountedTree(directIo: true);
        byte[] old = Keep(mounted.ChunkReader, 3);
        Assert.Equal(old, File.ReadAllBytes(mounted.At("chunks/3")));
        mounted.ChunkReader.Revise(At(3));
        byte[] changed = Keep(mounted.ChunkReader, 3);
        Assert.NotEqual(old, changed);
        Assert.Equal(changed, File.ReadAllBytes(mounted.At("chunks/3")));
        Assert.Equal(0, mounted.ChunkReader.Asked);
    }

    [FuseFact]
    public void An_interrupted_read_of_a_slow_disk_is_answered()
    {
        using var chunks = new FakeChunks(Size);
        Keep(chunks, 3);
        chunks.Make = (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation);
        using var kernel = new FakeKernel(new FakeTree { ChunkSize = Size }, chunks);
        using var ready = new Latch();
        chunks.OpenFile = path =>
        {
            ready.Wait();
            return null;
        };
        kernel.Send(FuseOpcode.Read, 10, FakeTree.ChunkId(3).Value, new FuseReadIn { Size = 4096 });
        kernel.Send(FuseOpcode.Interrupt, 11, 0, new FuseInterruptIn { Unique = 10 });
        kernel.Send(FuseOpcode.StatFs, 12, 1);
        kernel.Receive<FuseStatFsOut>(12);
        ready.Open();
        Assert.Equal((10ul, Errno.EINTR), kernel.Receive(out _));
    }

    private static ChunkAddress At(int chunk) => new(0, 0, 0, 0, 0, 0, chunk);

    /// <summary>Puts a chunk, as it is now, into a file, whose openings are counted.</summary>
    private byte[] Keep(FakeChunks chunks, int chunk)
    {
        byte[] bytes = chunks.Now(At(chunk));
        string path = Path.Combine(_directory, $"{chunk}-{chunks.RevisionOf(At(chunk))}");
        File.WriteAllBytes(path, bytes);
        chunks.Files[At(chunk)] = path;
        chunks.OpenFile = file =>
        {
            Interlocked.Increment(ref _opened);
            return new CachedFile(File.OpenHandle(file), Size);
        };
        return bytes;
    }
}
