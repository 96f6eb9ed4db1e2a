using ZarrFs.Host.Mount;

namespace ZarrFs.Tests.Mount;

public sealed class MountLockTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("zarrfs-lock").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_second_lock_on_one_mountpoint_is_refused_and_names_the_holder()
    {
        using MountLock? first = MountLock.TryAcquire("/a/b", "scroll 1", out MountHolder? none, _directory);
        Assert.NotNull(first);
        Assert.Null(none);
        Assert.Null(MountLock.TryAcquire("/a/b", "scroll 2", out MountHolder? holder, _directory));
        Assert.Equal(new MountHolder(Environment.ProcessId, "scroll 1", "/a/b"), holder);
    }

    [Fact]
    public void Other_mountpoints_have_other_locks()
    {
        using MountLock? first = MountLock.TryAcquire("/a/b", "", out _, _directory);
        using MountLock? second = MountLock.TryAcquire("/a/c", "", out _, _directory);
        Assert.NotNull(first);
        Assert.NotNull(second);
        Assert.Equal(2, Directory.GetFiles(_directory).Length);
    }

    [Fact]
    public void A_released_lock_leaves_nothing_and_can_be_taken_again()
    {
        MountLock.TryAcquire("/a/b", "", out _, _directory)!.Dispose();
        Assert.Empty(Directory.GetFiles(_directory));
        using MountLock? again = MountLock.TryAcquire("/a/b", "", out _, _directory);
        Assert.NotNull(again);
    }

    [Fact]
    public void A_file_that_a_killed_process_left_is_no_lock()
    {
        using (MountLock? first = MountLock.TryAcquire("/a/b", "", out _, _directory)) Assert.NotNull(first);
        string file;
        using (MountLock? second = MountLock.TryAcquire("/a/b", "", out _, _directory)) file = Assert.Single(Directory.GetFiles(_directory));
        File.WriteAllText(file, "pid 1\nsource old and much longer than what comes now\nmountpoint /a/b\n");
        using MountLock? lockTaken = MountLock.TryAcquire("/a/b", "new", out MountHolder? holder, _directory);
        Assert.NotNull(lockTaken);
        Assert.Null(holder);
        Assert.Null(MountLock.TryAcquire("/a/b", "", out holder, _directory));
        Assert.Equal(new MountHolder(Environment.ProcessId, "new", "/a/b"), holder);
    }

    [Fact]
    public void Of_many_threads_one_at_a_time_has_the_lock()
    {
        int inside = 0, most = 0, taken = 0;
        Thread[] threads =
        [
            .. Enumerable.Range(0, 8).Select(_ => new Thread(() =>
            {
                for (int i = 0; i < 300; i++)
                {
                    using MountLock? held = MountLock.TryAcquire("/a/b", "", out MountHolder? _, _directory);
                    if (held is null) continue;
                    InterlockedMax(ref most, Interlocked.Increment(ref inside));
                    Interlocked.Increment(ref taken);
                    Thread.Yield();
                    Interlocked.Decrement(ref inside);
                }
            })),
        ];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.Equal(1, most);
        Assert.True(taken > 0);
    }

    [Theory]
    [InlineData("", 0, "", "")]
    [InlineData("pid 12\nsource a b\nmountpoint /c d\n", 12, "a b", "/c d")]
    [InlineData("pid x\nsource\nnonsense 3\nmountpoint /c", 0, "", "/c")]
    public void Whatever_is_in_a_lock_file_is_read_without_complaint(string text, int pid, string source, string mountPoint)
    {
        Assert.Equal(new MountHolder(pid, source, mountPoint), MountHolder.Parse(text));
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen) Thread.Yield();
    }
}
