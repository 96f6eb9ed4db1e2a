using System.Runtime.InteropServices;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Mount;

namespace ZarrFs.Tests.Mount;

public sealed class FuseSessionTests : IDisposable
{
    private readonly FakeTree _tree = new() { ChunkSize = 70_000 };
    private readonly FakeChunks _chunks = new(70_000);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose() => _chunks.Dispose();

    [FuseFact]
    public void An_interrupt_of_a_waiting_read_cancels_it_and_has_no_reply()
    {
        _chunks.Make = (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation);
        using var kernel = new FakeKernel(_tree, _chunks);
        Read(kernel, 10, 0, 0, 4096);
        kernel.Send(FuseOpcode.Interrupt, 11, 0, new FuseInterruptIn { Unique = 10 });
        Assert.Equal((10ul, Errno.EINTR), kernel.Receive(out _));
        AssertSilent(kernel);
    }

    [FuseFact]
    public void An_interrupt_that_comes_before_its_read_is_asked_for_again()
    {
        _chunks.Make = (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation);
        using var kernel = new FakeKernel(_tree, _chunks);
        kernel.Send(FuseOpcode.Interrupt, 11, 0, new FuseInterruptIn { Unique = 10 });
        Assert.Equal((11ul, Errno.EAGAIN), kernel.Receive(out _));
        Read(kernel, 10, 0, 0, 4096);
        kernel.Send(FuseOpcode.Interrupt, 11, 0, new FuseInterruptIn { Unique = 10 });
        Assert.Equal((10ul, Errno.EINTR), kernel.Receive(out _));
        AssertSilent(kernel);
    }

    [FuseFact]
    public void A_slow_read_is_overtaken_by_what_came_later()
    {
        _chunks.Make = (address, cancellation) => address.X == 0 ? _ready.Task.WaitAsync(cancellation) : Task.CompletedTask;
        using var kernel = new FakeKernel(_tree, _chunks);
        Read(kernel, 10, 0, 0, 4096);
        kernel.Send(FuseOpcode.Lookup, 12, 1, "note.json\0"u8);
        Assert.Equal(FakeTree.Note, kernel.Receive<FuseEntryOut>(12).NodeId);
        Read(kernel, 14, 1, 65_000, 65_536);
        Assert.Equal((14ul, Errno.None), kernel.Receive(out byte[] tail));
        Assert.Equal(_chunks.Expected(1)[65_000..], tail);
        Eventually.True(() => kernel.Session.PendingReads == 1, "the one that is answered is forgotten, the other is not");
        _ready.SetResult();
        Assert.Equal((10ul, Errno.None), kernel.Receive(out byte[] head));
        Assert.Equal(_chunks.Expected(0)[..4096], head);
    }

    [FuseFact]
    public void Unmounting_cancels_what_is_waiting_and_ends_the_session()
    {
        _chunks.Make = (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation);
        using var kernel = new FakeKernel(_tree, _chunks);
        Read(kernel, 10, 0, 0, 4096);
        Eventually.True(() => kernel.Session.PendingReads == 1, "the read waits");
        Assert.False(kernel.Session.Completion.IsCompleted);
        kernel.Close();
        Assert.True(kernel.Session.Completion.Wait(TimeSpan.FromSeconds(120)));
        Assert.Equal(0, kernel.Session.PendingReads);
        Eventually.True(() => _chunks.BuffersInUse == 0, "every lease came back");
    }

    [FuseFact]
    public void It_is_known_without_asking_the_mount_whether_requests_are_taken()
    {
        _chunks.Cache(new ChunkAddress(0, 0, 0, 0, 0, 0, 3));
        using var kernel = new FakeKernel(_tree, _chunks);
        using var goOn = new Latch();
        for (int i = 0; i < 3; i++) Eventually.True(kernel.Session.IsAnswering, "its thread waits for requests");
        _chunks.Taken = _ => goOn.Wait();
        Read(kernel, 10, 3, 0, 4096);
        Eventually.True(() => !kernel.Session.IsAnswering(), "its only thread is held up");
        Assert.False(kernel.Session.IsAnswering());
        goOn.Open();
        Assert.Equal((10ul, Errno.None), kernel.Receive(out _));
        Eventually.True(kernel.Session.IsAnswering, "it waits again");
        kernel.Close();
        Assert.True(kernel.Session.Completion.Wait(TimeSpan.FromSeconds(120)));
        Assert.True(kernel.Session.IsAnswering()); // who has been unmounted ends, and does not hang
    }

    [FuseFact]
    public void Failures_get_the_error_number_of_their_kind()
    {
        (Exception Failure, int Errno)[] table =
        [
            (new SourceException("a.tif", "broken"), Errno.EIO), (new TiffFormatException("a.tif", "broken"), Errno.EIO),
            (new OverloadException("full"), Errno.EBUSY), (new OperationCanceledException(), Errno.EIO),
            (new InsufficientMemoryException(), Errno.ENOMEM), (new InvalidOperationException("a bug"), Errno.EIO),
        ];
        using var kernel = new FakeKernel(_tree, _chunks);
        ulong unique = 10;
        foreach ((Exception failure, int errno) in table)
        {
            _chunks.Make = (_, _) => Task.FromException(failure);
            Read(kernel, ++unique, 0, 0, 4096);
            Assert.Equal((unique, errno), kernel.Receive(out _));
        }
    }

    [FuseFact]
    public void Reads_end_where_the_file_ends()
    {
        using var kernel = new FakeKernel(_tree, _chunks);
        foreach (ulong offset in (ulong[])[70_000, 70_001, ulong.MaxValue, long.MaxValue])
        {
            Read(kernel, 10, 0, offset, 4096);
            Assert.Equal((10ul, Errno.None), kernel.Receive(out byte[] nothing));
            Assert.Empty(nothing);
        }

        Read(kernel, 11, 0, 69_999, uint.MaxValue);
        Assert.Equal((11ul, Errno.None), kernel.Receive(out byte[] last));
        Assert.Equal(_chunks.Expected(0)[69_999..], last);
    }

    [FuseFact]
    public void Opening_to_read_takes_no_asking_and_to_write_is_refused()
    {
        using var kernel = new FakeKernel(_tree, _chunks);
        for (uint mode = 0; mode < 4; mode++)
        {
            kernel.Send(FuseOpcode.Open, 10, FakeTree.Note, new FuseOpenIn { Flags = 0x8000 | mode });
            Assert.Equal((10ul, mode == 0 ? Errno.ENOSYS : Errno.EROFS), kernel.Receive(out _));
        }
    }

    [FuseFact]
    public void Files_and_directories_refuse_what_is_for_the_other()
    {
        using var kernel = new FakeKernel(_tree, _chunks);
        kernel.Send(FuseOpcode.Read, 10, FakeTree.Sub, new FuseReadIn { Size = 10 });
        Assert.Equal((10ul, Errno.EISDIR), kernel.Receive(out _));
        kernel.Send(FuseOpcode.ReadDir, 11, FakeTree.Note, new FuseReadIn { Size = 4096 });
        Assert.Equal((11ul, Errno.ENOTDIR), kernel.Receive(out _));
        kernel.Send(FuseOpcode.Lookup, 12, FakeTree.Note, "x\0"u8);
        Assert.Equal((12ul, Errno.ENOTDIR), kernel.Receive(out _));
    }

    [FuseFact]
    public void Numbers_without_a_node_are_stale()
    {
        using var kernel = new FakeKernel(_tree, _chunks);
        foreach (ulong forged in (ulong[])[0, 99, ulong.MaxValue, FakeTree.ChunkId(16).Value])
        {
            kernel.Send(FuseOpcode.GetAttr, 10, forged, new byte[16]);
            Assert.Equal((10ul, Errno.ESTALE), kernel.Receive(out _));
        }
    }

    [FuseFact]
    public void An_nfs_server_finds_the_way_back_up()
    {
        using var kernel = new FakeKernel(_tree, _chunks);
        kernel.Send(FuseOpcode.Lookup, 10, FakeTree.Deep, ".\0"u8);
        Assert.Equal(FakeTree.Deep, kernel.Receive<FuseEntryOut>(10).NodeId);
        kernel.Send(FuseOpcode.Lookup, 11, FakeTree.Deep, "..\0"u8);
        Assert.Equal(FakeTree.Sub, kernel.Receive<FuseEntryOut>(11).NodeId);
        kernel.Send(FuseOpcode.Lookup, 12, FakeTree.Deep, "...\0"u8);
        FuseEntryOut absent = kernel.Receive<FuseEntryOut>(12);
        Assert.Equal(0ul, absent.NodeId);
        Assert.True(absent.EntryValid > 3600);
    }

    [FuseFact]
    public void What_has_no_reply_gets_none_and_what_is_unknown_gets_enosys()
    {
        using var kernel = new FakeKernel(_tree, _chunks);
        kernel.Send(FuseOpcode.Forget, 10, 2, 1ul);
        kernel.Send(FuseOpcode.BatchForget, 11, 0, 0ul);
        kernel.Send((FuseOpcode)4711, 12, 2);
        Assert.Equal((12ul, Errno.ENOSYS), kernel.Receive(out _));
        AssertSilent(kernel);
    }

    [FuseFact]
    public void A_request_that_is_cut_short_is_answered_with_an_error()
    {
        using var kernel = new FakeKernel(_tree, _chunks);
        kernel.Send(FuseOpcode.Read, 10, FakeTree.ChunkId(0).Value, "short"u8);
        Assert.Equal((10ul, Errno.EIO), kernel.Receive(out _));
        kernel.Send(FuseOpcode.Lookup, 11, 1);
        Assert.Equal(0ul, kernel.Receive<FuseEntryOut>(11).NodeId);
    }

    [FuseFact]
    public void A_directory_read_in_small_pieces_is_the_same_directory()
    {
        using var kernel = new FakeKernel(_tree, _chunks);
        foreach (FuseOpcode opcode in (FuseOpcode[])[FuseOpcode.ReadDir, FuseOpcode.ReadDirPlus])
        {
            var names = new List<string>();
            ulong position = 0;
            while (true)
            {
                kernel.Send(opcode, 10, FakeTree.Chunks, new FuseReadIn { Offset = position, Size = 400 });
                Assert.Equal((10ul, Errno.None), kernel.Receive(out byte[] reply));
                Assert.True(reply.Length <= 400);
                if (reply.Length == 0) break;
                position = Entries(reply, opcode == FuseOpcode.ReadDirPlus, names);
            }

            Assert.Equal([".", "..", .. Enumerable.Range(0, 16).Select(i => $"{i}")], names);
        }
    }

    private static void Read(FakeKernel kernel, ulong unique, int chunk, ulong offset, uint size) =>
        kernel.Send(FuseOpcode.Read, unique, FakeTree.ChunkId(chunk).Value, new FuseReadIn { Offset = offset, Size = size });

    // The next reply is to the next request: nothing was sent in between.
    private static void AssertSilent(FakeKernel kernel)
    {
        kernel.Send(FuseOpcode.StatFs, 999, 1);
        Assert.Equal(VirtualTree.LongestName, (int)kernel.Receive<FuseStatFsOut>(999).NameLen);
    }

    private static ulong Entries(ReadOnlySpan<byte> reply, bool withAttributes, List<string> names)
    {
        ulong position = 0;
        while (reply.Length > 0)
        {
            ulong node = withAttributes ? MemoryMarshal.Read<FuseEntryOut>(reply).NodeId : 0;
            int at = withAttributes ? 128 : 0;
            FuseDirent dirent = MemoryMarshal.Read<FuseDirent>(reply[at..]);
            string name = System.Text.Encoding.UTF8.GetString(reply.Slice(at + 24, (int)dirent.NameLen));
            if (withAttributes) Assert.Equal(name.StartsWith('.') ? 0 : dirent.Ino, node);
            names.Add(name);
            position = dirent.Off;
            reply = reply[((at + 24 + (int)dirent.NameLen + 7) & ~7)..];
        }

        return position;
    }
}
