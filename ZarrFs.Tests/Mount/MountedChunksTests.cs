using System.Collections.Concurrent;
using System.Diagnostics;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;

namespace ZarrFs.Tests.Mount;

public class MountedChunksTests
{
    [FuseFact]
    public void Sixteen_readers_of_a_slow_chunk_delay_nobody_else()
    {
        using var mounted = new MountedTree();
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        mounted.ChunkReader.Make = (address, _) => address.X == 0 ? ready.Task : Task.CompletedTask;
        Process[] readers = [.. Enumerable.Range(0, 16).Select(_ => Command.Start("sha256sum", mounted.At("chunks/0")))];
        try
        {
            Eventually.True(() => mounted.PendingReads > 0, "the slow chunk is asked for");

            // All of this is answered while the slow chunk is not.
            for (int i = 0; i < 1000; i++) Assert.Equal(mounted.Tree.ChunkSize, new FileInfo(mounted.At($"many/{i}")).Length);
            Assert.Equal(mounted.ChunkReader.Expected(1), File.ReadAllBytes(mounted.At("chunks/1")));
            Assert.All(readers, reader => Assert.False(reader.HasExited));
            Assert.True(mounted.PendingReads > 0);

            ready.SetResult();
            string[] sums = [.. readers.Select(reader => reader.StandardOutput.ReadToEnd().Split(' ')[0])];
            string expected = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(mounted.ChunkReader.Expected(0)));
            Assert.All(sums, sum => Assert.Equal(expected, sum));
        }
        finally
        {
            ready.TrySetResult();
            End(readers);
        }

        Eventually.True(() => mounted.PendingReads == 0, "all reads are answered");
        Eventually.True(() => mounted.ChunkReader.BuffersInUse == 0, "every lease came back");
    }

    [FuseFact]
    public void Killed_readers_leave_no_lease_and_no_pending_read()
    {
        using var mounted = new MountedTree();
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        mounted.ChunkReader.Make = (_, cancellation) => ready.Task.WaitAsync(cancellation);
        Process[] readers = [.. Enumerable.Range(0, 12).Select(i => Command.Start("cat", mounted.At($"chunks/{i}")))];
        try
        {
            Eventually.True(() => mounted.PendingReads >= 12, "every reader waits");
            for (int i = 0; i < readers.Length; i += 2) readers[i].Kill();
            for (int i = 0; i < readers.Length; i += 2) Assert.True(readers[i].WaitForExit(120_000), "a killed reader hangs");
            ready.SetResult();
            for (int i = 1; i < readers.Length; i += 2)
            {
                var output = new MemoryStream();
                readers[i].StandardOutput.BaseStream.CopyTo(output);
                Assert.Equal(mounted.ChunkReader.Expected(i), output.ToArray());
            }
        }
        finally
        {
            ready.TrySetResult();
            End(readers);
        }

        Eventually.True(() => mounted.PendingReads == 0, "all reads are answered");
        Eventually.True(() => mounted.ChunkReader.BuffersInUse == 0, "every lease came back");
        Assert.Equal(mounted.ChunkReader.Expected(0), File.ReadAllBytes(mounted.At("chunks/0")));
    }

    [FuseFact]
    public void In_direct_mode_a_killed_reader_cancels_its_chunk()
    {
        using var mounted = new MountedTree(directIo: true);
        var cancelled = new ConcurrentBag<long>();
        mounted.ChunkReader.Make = async (address, cancellation) =>
        {
            await using CancellationTokenRegistration registration = cancellation.Register(() => cancelled.Add(address.X));
            await Task.Delay(Timeout.Infinite, cancellation);
        };
        Process reader = Command.Start("cat", mounted.At("chunks/2"));
        try
        {
            Eventually.True(() => mounted.PendingReads > 0, "the reader waits");
            reader.Kill();
            Eventually.True(() => mounted.PendingReads == 0, "the read is cancelled");
            Assert.True(reader.WaitForExit(120_000), "the killed reader hangs");
            Assert.Contains(2, cancelled);
        }
        finally
        {
            End([reader]);
        }

        Eventually.True(() => mounted.ChunkReader.BuffersInUse == 0, "every lease came back");
    }

    [FuseFact]
    public void A_chunk_that_fails_is_an_error_and_the_next_read_tries_again()
    {
        using var mounted = new MountedTree();
        bool broken = true;
        mounted.ChunkReader.Make = (_, _) => Volatile.Read(ref broken)
            ? Task.FromException(new SourceException("00003.tif", "page 0 ends after 17 bytes, expected 24"))
            : Task.CompletedTask;
        (int exitCode, string output, string error) = Command.Run("cat", mounted.At("chunks/3"));
        Assert.Equal(1, exitCode);
        Assert.Equal("", output);
        Assert.Contains("Input/output error", error, StringComparison.Ordinal);

        Volatile.Write(ref broken, false);
        Assert.Equal(mounted.ChunkReader.Expected(3), File.ReadAllBytes(mounted.At("chunks/3")));
    }

    [FuseFact]
    public void Every_kind_of_failure_is_answered()
    {
        Exception[] failures =
        [
            new SourceException("a.tif", "broken"), new OverloadException("full"), new InsufficientMemoryException(), new OperationCanceledException(),
            new InvalidOperationException("a bug"),
        ];
        using var mounted = new MountedTree(directIo: true);
        for (int i = 0; i < failures.Length; i++)
        {
            Exception failure = failures[i];
            mounted.ChunkReader.Make = (_, _) => i % 2 == 0 ? throw failure : Task.FromException(failure);
            Assert.Equal(1, Command.Run("cat", mounted.At($"chunks/{i}")).ExitCode);
        }

        Eventually.True(() => mounted.PendingReads == 0, "all reads are answered");
        Eventually.True(() => mounted.ChunkReader.BuffersInUse == 0, "every lease came back");
    }

    [FuseFact]
    public void The_second_read_comes_from_the_kernels_cache()
    {
        using var mounted = new MountedTree();
        byte[] expected = mounted.ChunkReader.Expected(6);
        Assert.Equal(expected, File.ReadAllBytes(mounted.At("chunks/6")));
        int asked = mounted.ChunkReader.Asked;
        Assert.Equal(expected, File.ReadAllBytes(mounted.At("chunks/6")));
        Assert.Equal(asked, mounted.ChunkReader.Asked);
    }

    [FuseFact]
    public void Readers_at_random_under_fire_see_only_right_bytes()
    {
        using var mounted = new MountedTree(new FakeTree { ChunkSize = 500_003, ChunkCount = 64 });
        var random = new Random(3);
        mounted.ChunkReader.Make = async (address, cancellation) =>
        {
            await Task.Delay((int)(address.X % 5), cancellation);
            if (address.X % 13 == 12) throw new SourceException("x.tif", "broken");
        };
        var killed = new List<Process>();
        Thread[] readers = [.. Enumerable.Range(0, 4).Select(seed => new Thread(() => ReadAtRandom(mounted, seed)))];
        try
        {
            foreach (Thread reader in readers) reader.Start();
            for (int i = 0; i < 40; i++)
            {
                Process victim = Command.Start("dd", $"if={mounted.At($"chunks/{random.Next(64)}")}", "bs=7777", "of=/dev/null");
                killed.Add(victim);
                Thread.Sleep(random.Next(5));
                if (!victim.HasExited) victim.Kill();
            }

            foreach (Thread reader in readers) Assert.True(reader.Join(TimeSpan.FromMinutes(6)), "a reader hangs");
        }
        finally
        {
            End([.. killed]);
        }

        Eventually.True(() => mounted.PendingReads == 0, "all reads are answered");
        Eventually.True(() => mounted.ChunkReader.BuffersInUse == 0, "every lease came back");
    }

    private static void ReadAtRandom(MountedTree mounted, int seed)
    {
        var random = new Random(seed);
        byte[] buffer = new byte[100_000];
        for (int i = 0; i < 200; i++)
        {
            int chunk = random.Next(64);
            int offset = random.Next(400_000);
            if (chunk % 13 == 12)
            {
                Assert.Throws<IOException>(() => File.ReadAllBytes(mounted.At($"chunks/{chunk}")));
                continue;
            }

            using FileStream file = File.OpenRead(mounted.At($"chunks/{chunk}"));
            int got = RandomAccess.Read(file.SafeFileHandle, buffer, offset);
            Assert.Equal(buffer.Length, got);
            for (int k = 0; k < got; k++)
            {
                if (buffer[k] != FakeChunks.ByteAt(chunk, offset + k)) Assert.Fail($"chunk {chunk}, byte {offset + k}");
            }
        }
    }

    private static void End(Process[] processes)
    {
        foreach (Process process in processes)
        {
            if (!process.HasExited) process.Kill();
            process.Dispose();
        }
    }
}
