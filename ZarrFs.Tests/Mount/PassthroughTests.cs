using System.Collections.Concurrent;
using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Mount;

// Real mounts: whether the kernel accepts what OPEN is answered with is the question.
public class PassthroughTests
{
    private static readonly ChunkAddress Third = At(3);

    [FuseFact(NeedsRoot = true, NeedsPassthrough = true)]
    public void A_chunk_in_a_file_is_read_by_the_kernel_alone()
    {
        using var disk = new TemporaryFileSystem();
        using var mounted = new MountedTree(passthrough: true);
        byte[] expected = Keep(mounted, disk, Third);
        string path = mounted.At("chunks/3");
        Assert.Equal(expected, File.ReadAllBytes(path));
        Assert.Equal(expected, Mapped(path));
        using (SafeFileHandle file = File.OpenHandle(path))
        {
            byte[] tail = new byte[100];
            Assert.Equal(1, RandomAccess.Read(file, tail, expected.Length - 1));
            Assert.Equal(0, RandomAccess.Read(file, tail, expected.Length));
            Assert.Equal(expected[^1], tail[0]);
        }

        string copy = Path.Combine(disk.Root, "copy");
        Assert.Equal(0, Command.Run("cp", path, copy).ExitCode);
        Assert.Equal(expected, File.ReadAllBytes(copy));
        Assert.Equal(0, Command.Run("dd", $"if={path}", $"of={copy}", "bs=777k", "status=none").ExitCode);
        Assert.Equal(expected, File.ReadAllBytes(copy));
        Assert.Equal(0, mounted.ChunkReader.Read);
        Assert.True(mounted.Opens.Backings.Opened > 0);
        AssertAllClosed(mounted);
    }

    [FuseFact(NeedsRoot = true, NeedsPassthrough = true)]
    public void What_is_in_no_file_is_read_as_ever()
    {
        using var mounted = new MountedTree(passthrough: true);
        Assert.Equal(mounted.Tree.NoteText, File.ReadAllBytes(mounted.At("note.json")));
        for (int i = 0; i < 2; i++) Assert.Equal(mounted.ChunkReader.Expected(1), File.ReadAllBytes(mounted.At("chunks/1")));
        int read = mounted.ChunkReader.Read;
        Assert.Equal(mounted.ChunkReader.Expected(1), Mapped(mounted.At("chunks/1")));
        Assert.Equal(read, mounted.ChunkReader.Read); // all of it from the kernel's cache
        Assert.Equal(Host.Mount.Errno.EROFS, Posix.Errno(() => Posix.Open(mounted.At("chunks/1"), Posix.ReadWrite, 0)));
        Assert.Equal(0, mounted.Opens.Backings.Opened);
        AssertAllClosed(mounted);
    }

    [FuseFact(NeedsRoot = true, NeedsPassthrough = true)]
    public void The_first_open_decides_until_all_are_closed()
    {
        using var disk = new TemporaryFileSystem();
        using var mounted = new MountedTree(passthrough: true);
        string path = mounted.At("chunks/3");
        byte[] expected = mounted.ChunkReader.Expected(3);
        using (SafeFileHandle cached = File.OpenHandle(path))
        {
            Keep(mounted, disk, Third);
            using SafeFileHandle second = File.OpenHandle(path);
            Assert.Equal(expected, Read(second, expected.Length));
            Assert.Equal(0, mounted.Opens.Backings.Opened);
        }

        Eventually.True(() => mounted.Opens.Count == 0, "both are closed");
        int read = mounted.ChunkReader.Read;
        using (SafeFileHandle passed = File.OpenHandle(path))
        {
            // Gone from the cache, not from who has it open, nor from who comes meanwhile.
            mounted.ChunkReader.Files.Clear();
            File.Delete(Path.Combine(disk.Root, "3"));
            using SafeFileHandle second = File.OpenHandle(path);
            Assert.Equal(expected, Read(passed, expected.Length));
            Assert.Equal(expected, Read(second, expected.Length));
            Assert.Equal(expected, Mapped(path));
            Assert.Equal((1, 1), mounted.Opens.Backings);
        }

        Assert.Equal(read, mounted.ChunkReader.Read);
        AssertAllClosed(mounted);
        Assert.Equal(expected, File.ReadAllBytes(path));
        AssertAllClosed(mounted);
    }

    [FuseFact(NeedsRoot = true, NeedsPassthrough = true)]
    public void After_a_change_who_comes_sees_the_new_bytes_and_who_was_there_the_old_ones()
    {
        using var disk = new TemporaryFileSystem();
        using var mounted = new MountedTree(passthrough: true);
        byte[] old = Keep(mounted, disk, Third);
        string path = mounted.At("chunks/3");
        byte[] changed;
        using (SafeFileHandle before = File.OpenHandle(path))
        {
            Assert.Equal(old, Read(before, old.Length));
            mounted.ChunkReader.Files.Clear();
            mounted.ChunkReader.Revise(Third);
            mounted.ChunkReader.Tell(Third);
            changed = mounted.ChunkReader.Now(Third);
            Assert.NotEqual(old, changed);
            using SafeFileHandle after = File.OpenHandle(path);
            Assert.Equal(changed, Read(after, changed.Length));
            Assert.Equal(old, Read(before, old.Length));
            Keep(mounted, disk, Third);
            Assert.Equal(changed, File.ReadAllBytes(path));
        }

        Eventually.True(() => mounted.Opens.Count == 0, "all are closed");
        int read = mounted.ChunkReader.Read;
        Assert.Equal(changed, File.ReadAllBytes(path));
        Assert.Equal(changed, Mapped(path));
        Assert.Equal(read, mounted.ChunkReader.Read);
        AssertAllClosed(mounted);
    }

    [FuseFact(NeedsRoot = true, NeedsPassthrough = true)]
    public void A_file_the_kernel_refuses_is_read_through_the_program_and_none_is_tried_again()
    {
        using var disk = new TemporaryFileSystem();
        using var mounted = new MountedTree(passthrough: true);
        byte[] expected = Keep(mounted, disk, Third);
        Keep(mounted, disk, At(4));
        bool isFirst = true;
        mounted.ChunkReader.OpenFile = path =>
        {
            // A file of /proc is refused as one on an overlay is: it may not lie under another file system.
            string opened = isFirst ? "/proc/version" : path;
            isFirst = false;
            return new CachedFile(File.OpenHandle(opened), expected.Length);
        };
        Assert.Equal(expected, File.ReadAllBytes(mounted.At("chunks/3")));
        Assert.True(mounted.Opens.IsRefused);
        Assert.Equal(mounted.ChunkReader.Expected(4), File.ReadAllBytes(mounted.At("chunks/4")));
        Assert.Equal(mounted.ChunkReader.Expected(5), File.ReadAllBytes(mounted.At("chunks/5")));
        Assert.Equal(mounted.Tree.NoteText, File.ReadAllBytes(mounted.At("note.json")));
        Assert.Equal(0, mounted.Opens.Backings.Opened);
        AssertAllClosed(mounted);
    }

    [FuseFact(NeedsRoot = true, NeedsPassthrough = true)]
    public void A_file_of_another_length_is_not_given_to_the_kernel()
    {
        using var disk = new TemporaryFileSystem();
        using var mounted = new MountedTree(passthrough: true);
        mounted.ChunkReader.Files[Third] = disk.Write("3", new byte[1000]);
        Assert.Equal(mounted.ChunkReader.Expected(3), File.ReadAllBytes(mounted.At("chunks/3")));
        Assert.Equal(0, mounted.Opens.Backings.Opened);
    }

    [FuseFact(NeedsRoot = true, NeedsPassthrough = true)]
    public void Files_that_are_slow_to_open_delay_nobody_else()
    {
        using var disk = new TemporaryFileSystem();
        using var mounted = new MountedTree(passthrough: true);
        for (int i = 0; i < 12; i++) Keep(mounted, disk, At(i));
        using var ready = new Latch();
        int waiting = 0;
        Func<string, CachedFile?> open = mounted.ChunkReader.OpenFile;
        mounted.ChunkReader.OpenFile = path =>
        {
            Interlocked.Increment(ref waiting);
            ready.Wait();
            return open(path);
        };
        Task<byte[]>[] slow = [.. Enumerable.Range(0, 12).Select(i =>
            Task.Factory.StartNew(() => File.ReadAllBytes(mounted.At($"chunks/{i}")), TaskCreationOptions.LongRunning))];
        try
        {
            Eventually.True(() => mounted.PendingReads == 12 && Volatile.Read(ref waiting) > 0, "all wait for the disk");
            Assert.InRange(Volatile.Read(ref waiting), 1, 8); // by the threads that may wait; the others in line
            Assert.Equal(mounted.ChunkReader.Expected(13), File.ReadAllBytes(mounted.At("chunks/13")));
            Assert.Equal(mounted.Tree.NoteText, File.ReadAllBytes(mounted.At("note.json")));
            Assert.DoesNotContain(slow, task => task.IsCompleted);
        }
        finally
        {
            ready.Open();
        }

        for (int i = 0; i < slow.Length; i++) Assert.Equal(mounted.ChunkReader.Expected(i), slow[i].GetAwaiter().GetResult());
        AssertAllClosed(mounted);
    }

    [FuseFact(NeedsRoot = true, NeedsPassthrough = true)]
    public void Ten_thousand_opens_leave_nothing_open()
    {
        using var disk = new TemporaryFileSystem();
        using var mounted = new MountedTree(passthrough: true);
        Keep(mounted, disk, Third);
        string path = mounted.At("chunks/3");
        File.OpenHandle(path).Dispose();
        for (int i = 0; i < 10_000; i++) File.OpenHandle(path).Dispose();
        AssertAllClosed(mounted);
        Assert.InRange(mounted.Opens.Backings.Opened, 1, 10_001);
        Assert.Equal(0, OpenFiles.Below(mounted.Root)); // of all descriptors only these and the next: other tests run beside this one
        Eventually.True(() => OpenFiles.Below(disk.Root) == 0, "the files of the disk are closed");
    }

    [FuseFact(NeedsRoot = true, NeedsPassthrough = true)]
    public void Files_that_come_and_go_while_many_open_them_are_never_an_error()
    {
        using var disk = new TemporaryFileSystem();
        using var mounted = new MountedTree(new FakeTree { ChunkSize = 100_003 }, passthrough: true);
        byte[][] expected = [.. Enumerable.Range(0, 4).Select(mounted.ChunkReader.Expected)];
        string[] files = [.. Enumerable.Range(0, 4).Select(i => disk.Write($"{i}", expected[i]))];
        var failures = new ConcurrentBag<string>();
        using var done = new CancellationTokenSource();
        var comings = new Thread(() =>
        {
            var random = new Random(5);
            while (!done.IsCancellationRequested)
            {
                int chunk = random.Next(4);
                if (random.Next(2) == 0) mounted.ChunkReader.Files[At(chunk)] = files[chunk];
                else mounted.ChunkReader.Files.TryRemove(At(chunk), out _);
                Thread.Yield();
            }
        });
        Thread[] readers = [.. Enumerable.Range(0, 4).Select(seed => new Thread(() =>
        {
            var random = new Random(seed);
            byte[] buffer = new byte[5000];
            try
            {
                for (int i = 0; i < 1500; i++)
                {
                    int chunk = random.Next(4), offset = random.Next(90_000);
                    using SafeFileHandle file = File.OpenHandle(mounted.At($"chunks/{chunk}"));
                    int got = RandomAccess.Read(file, buffer, offset);
                    if (!buffer.AsSpan(0, got).SequenceEqual(expected[chunk].AsSpan(offset, buffer.Length))) failures.Add($"bytes of {chunk} at {offset}");
                }
            }
            catch (IOException failure)
            {
                failures.Add(failure.Message);
            }
        }))];
        comings.Start();
        foreach (Thread reader in readers) reader.Start();
        foreach (Thread reader in readers) Assert.True(reader.Join(TimeSpan.FromMinutes(6)), "a reader hangs");
        done.Cancel();
        comings.Join();
        Assert.Empty(failures);
        Assert.True(mounted.Opens.Backings.Opened > 0);
        AssertAllClosed(mounted);
    }

    private static ChunkAddress At(int chunk) => new(0, 0, 0, 0, 0, 0, chunk);

    /// <summary>Puts a chunk, as it is now, into a file of the cache.</summary>
    private static byte[] Keep(MountedTree mounted, TemporaryFileSystem disk, ChunkAddress address)
    {
        byte[] bytes = mounted.ChunkReader.Now(address);
        mounted.ChunkReader.Files[address] = disk.Write($"{address.X}", bytes);
        return bytes;
    }

    private static byte[] Read(SafeFileHandle file, int length)
    {
        byte[] bytes = new byte[length];
        int got = 0, read;
        while ((read = RandomAccess.Read(file, bytes.AsSpan(got), got)) > 0) got += read;
        Assert.Equal(length, got);
        return bytes;
    }

    private static byte[] Mapped(string path)
    {
        using var map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using MemoryMappedViewAccessor view = map.CreateViewAccessor(0, new FileInfo(path).Length, MemoryMappedFileAccess.Read);
        byte[] bytes = new byte[new FileInfo(path).Length];
        view.ReadArray(0, bytes, 0, bytes.Length);
        return bytes;
    }

    private static void AssertAllClosed(MountedTree mounted) =>
        Eventually.True(() => mounted.Opens.Count == 0 && mounted.Opens.Backings.Held == 0, "every file is closed and given back");
}
