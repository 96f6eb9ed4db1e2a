using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Chunks;
using ZarrFs.Host.Mount;

namespace ZarrFs.Tests.Mount;

public class InvalidationTests
{
    private const int Size = 70_000;
    private static readonly ChunkAddress Third = new(0, 0, 0, 0, 0, 0, 3);

    [FuseFact]
    public void When_the_exact_chunk_comes_the_kernel_forgets_the_preview_for_every_kind_of_reader()
    {
        using var mounted = new MountedTree();
        FakeChunks chunks = mounted.ChunkReader;
        chunks.MakeProvisional(Third);
        byte[] preview = chunks.Now(Third);
        string path = mounted.At("chunks/3");
        using SafeFileHandle open = File.OpenHandle(path);
        using var map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using MemoryMappedViewAccessor view = map.CreateViewAccessor(0, preview.Length, MemoryMappedFileAccess.Read);
        Assert.Equal(preview, File.ReadAllBytes(path));
        Assert.Equal(preview, Read(open, preview.Length));
        Assert.Equal(preview, Read(view, preview.Length));
        int read = chunks.Read;
        Assert.Equal(preview, Read(open, preview.Length));
        Assert.Equal(read, chunks.Read); // the kernel has it

        chunks.MakeFinal(Third);
        byte[] exact = chunks.Now(Third);
        chunks.Tell(Third);
        Eventually.True(() => Read(open, exact.Length).AsSpan().SequenceEqual(exact), "an open descriptor gives the exact bytes");
        Assert.Equal(exact, Read(view, exact.Length));
        Assert.Equal(exact, File.ReadAllBytes(path));
        read = chunks.Read;
        Assert.Equal(exact, File.ReadAllBytes(path));
        Assert.Equal(read, chunks.Read); // and keeps these
    }

    [FuseFact]
    public void A_change_while_a_read_is_under_way_blocks_nobody_else()
    {
        using var mounted = new MountedTree();
        FakeChunks chunks = mounted.ChunkReader;
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        chunks.Make = (address, _) => address == Third ? ready.Task : Task.CompletedTask;
        chunks.MakeProvisional(new ChunkAddress(0, 0, 0, 0, 0, 0, 4));
        byte[] preview = File.ReadAllBytes(mounted.At("chunks/4"));
        Task<byte[]> slow = Task.Factory.StartNew(() => File.ReadAllBytes(mounted.At("chunks/3")), TaskCreationOptions.LongRunning);
        try
        {
            // The kernel has locked these pages until the reply, so it cannot drop them before; and the reply comes last of all.
            Eventually.True(() => mounted.PendingReads > 0, "the read waits");
            chunks.Tell(Third);
            chunks.MakeFinal(new ChunkAddress(0, 0, 0, 0, 0, 0, 4));
            chunks.Tell(new ChunkAddress(0, 0, 0, 0, 0, 0, 4));
            Assert.Equal(chunks.Expected(5), File.ReadAllBytes(mounted.At("chunks/5")));
            Assert.False(slow.IsCompleted);
        }
        finally
        {
            ready.SetResult();
        }

        Assert.Equal(chunks.Expected(3), slow.GetAwaiter().GetResult());
        Assert.NotEqual(preview, chunks.Expected(4));
        Eventually.True(() => File.ReadAllBytes(mounted.At("chunks/4")).AsSpan().SequenceEqual(chunks.Expected(4)), "the other change is told after it");
    }

    [FuseFact]
    public void A_preview_that_is_sent_after_the_notification_is_taken_back()
    {
        using var chunks = new FakeChunks(Size);
        chunks.MakeProvisional(Third);
        chunks.Cache(Third);
        byte[] preview = chunks.Now(Third);
        using var kernel = new FakeKernel(new FakeTree { ChunkSize = Size }, chunks);
        using var told = new Latch();
        chunks.Taken = _ =>
        {
            // Between the taking of the preview and its sending: exact, and the kernel has been told.
            chunks.Taken = _ => { };
            chunks.MakeFinal(Third);
            chunks.Tell(Third);
            told.Wait();
        };
        Read(kernel, 10);
        AssertInvalidated(kernel);
        told.Open();
        Assert.Equal((10ul, Errno.None), kernel.Receive(out byte[] late));
        Assert.Equal(preview[..4096], late);
        AssertInvalidated(kernel);
        Read(kernel, 12);
        Assert.Equal((12ul, Errno.None), kernel.Receive(out byte[] exact));
        Assert.Equal(chunks.Expected(3)[..4096], exact);
        AssertSilent(kernel);
    }

    [FuseFact]
    public void So_is_one_that_is_given_out_after_the_exact_chunk_has_come()
    {
        using var chunks = new FakeChunks(Size);
        chunks.MakeProvisional(Third);
        chunks.Cache(Third);
        using var kernel = new FakeKernel(new FakeTree { ChunkSize = Size }, chunks);
        Read(kernel, 10);
        Assert.Equal((10ul, Errno.None), kernel.Receive(out _));
        AssertSilent(kernel);
        chunks.Taken = _ => chunks.MakeFinal(Third); // nobody is told: they were before the preview was given out
        Read(kernel, 12);
        Assert.Equal((12ul, Errno.None), kernel.Receive(out _));
        AssertInvalidated(kernel);
        AssertSilent(kernel);
    }

    [FuseFact]
    public void So_are_bytes_of_before_a_change_that_were_made_late()
    {
        using var chunks = new FakeChunks(Size);
        using var told = new SemaphoreSlim(0);
        chunks.Make = async (_, cancellation) => await told.WaitAsync(cancellation);
        using var kernel = new FakeKernel(new FakeTree { ChunkSize = Size }, chunks);
        Read(kernel, 10);
        Eventually.True(() => kernel.Session.PendingReads == 1, "the read waits");
        chunks.Tell(Third);
        AssertInvalidated(kernel);
        told.Release();
        Assert.Equal((10ul, Errno.None), kernel.Receive(out _));
        AssertInvalidated(kernel);
        AssertSilent(kernel);
    }

    [FuseFact]
    public void A_change_after_the_connection_is_closed_is_nobodys_failure()
    {
        using var chunks = new FakeChunks(Size);
        using var kernel = new FakeKernel(new FakeTree { ChunkSize = Size }, chunks);
        chunks.Tell(Third);
        AssertInvalidated(kernel);
        kernel.Session.Dispose(); // its reader thread is still waiting for requests
        for (int i = 0; i < 100; i++) chunks.Tell(new ChunkAddress(0, 0, 0, 0, 0, 0, i % 5)); // on a thread of its own: a failure there would end the tests
    }

    private static void Read(FakeKernel kernel, ulong unique) =>
        kernel.Send(FuseOpcode.Read, unique, FakeTree.ChunkId(3).Value, new FuseReadIn { Size = 4096 });

    private static void AssertInvalidated(FakeKernel kernel)
    {
        // A notification has no number, and its kind where a reply has its error.
        Assert.Equal((0ul, -FuseProtocol.NotifyInvalidateInode), kernel.Receive(out byte[] body));
        FuseNotifyInvalidateInode told = MemoryMarshal.Read<FuseNotifyInvalidateInode>(body);
        Assert.Equal((FakeTree.ChunkId(3).Value, 0L, 0L), (told.NodeId, told.Offset, told.Length));
    }

    private static void AssertSilent(FakeKernel kernel)
    {
        kernel.Send(FuseOpcode.StatFs, 999, 1);
        kernel.Receive<FuseStatFsOut>(999);
    }

    private static byte[] Read(SafeFileHandle file, int length)
    {
        byte[] bytes = new byte[length];
        int got = 0, read;
        while ((read = RandomAccess.Read(file, bytes.AsSpan(got), got)) > 0) got += read;
        return bytes;
    }

    private static byte[] Read(MemoryMappedViewAccessor view, int length)
    {
        byte[] bytes = new byte[length];
        view.ReadArray(0, bytes, 0, length);
        return bytes;
    }
}
