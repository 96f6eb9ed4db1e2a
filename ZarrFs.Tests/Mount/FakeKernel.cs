using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Mount;

namespace ZarrFs.Tests.Mount;

/// <summary>The other end of a session, without a mount: a socket that keeps messages apart as the device does.</summary>
internal sealed unsafe class FakeKernel : IDisposable
{
    private readonly SafeFileHandle _socket;
    private readonly FuseSession _session;

    public FakeKernel(IFileTree tree, IChunkReader chunks)
    {
        int* pair = stackalloc int[2];
        Assert.Equal(0, Libc.SocketPair(Libc.AddressFamilyUnix, Libc.SocketSeqPacket | Libc.SocketCloseOnExec, 0, pair));
        _socket = new SafeFileHandle(pair[0], ownsHandle: true);
        var device = new FuseDevice(new SafeFileHandle(pair[1], ownsHandle: true), NullLogger.Instance);
        var options = new MountOptions { MountPoint = "/nowhere", ReaderThreads = 1 };
        _session = new FuseSession(device, tree, chunks, new ExtendedAttributes(MountedTree.Attributes), options, NullLogger.Instance);
        Send(FuseOpcode.Init, 1, 0, new FuseInitIn { Major = 7, Minor = 31, MaxReadAhead = 131072, Flags = uint.MaxValue });
        _session.Start();
        Assert.Equal((1ul, 0), Receive(out _));
    }

    public FuseSession Session => _session;

    /// <summary>Sends a request: header, structure, then bytes.</summary>
    public void Send<T>(FuseOpcode opcode, ulong unique, ulong node, T body, ReadOnlySpan<byte> rest = default)
        where T : unmanaged
    {
        byte[] message = new byte[sizeof(FuseInHeader) + sizeof(T) + rest.Length];
        MemoryMarshal.Write(message, new FuseInHeader { Len = (uint)message.Length, Opcode = opcode, Unique = unique, NodeId = node });
        MemoryMarshal.Write(message.AsSpan(sizeof(FuseInHeader)), body);
        rest.CopyTo(message.AsSpan(sizeof(FuseInHeader) + sizeof(T)));
        SendRaw(message);
    }

    /// <summary>Sends a request that is a header and bytes.</summary>
    public void Send(FuseOpcode opcode, ulong unique, ulong node, ReadOnlySpan<byte> body = default)
    {
        byte[] message = new byte[sizeof(FuseInHeader) + body.Length];
        MemoryMarshal.Write(message, new FuseInHeader { Len = (uint)message.Length, Opcode = opcode, Unique = unique, NodeId = node });
        body.CopyTo(message.AsSpan(sizeof(FuseInHeader)));
        SendRaw(message);
    }

    public void SendRaw(byte[] message)
    {
        fixed (byte* start = message)
        {
            var vector = new IoVector { Base = start, Length = (nuint)message.Length };
            Assert.Equal(message.Length, Libc.WriteV(_socket, &vector, 1));
        }
    }

    /// <summary>Waits for the next reply: its number, its error number and what follows.</summary>
    public (ulong Unique, int Errno) Receive(out byte[] body)
    {
        byte[] buffer = new byte[1 << 20];
        Task<nint> read = Task.Run(() =>
        {
            fixed (byte* start = buffer) return Libc.Read(_socket, start, (nuint)buffer.Length);
        });
        Assert.True(read.Wait(TimeSpan.FromSeconds(120)), "no reply came");
        Assert.True(read.Result >= sizeof(FuseOutHeader));
        FuseOutHeader header = MemoryMarshal.Read<FuseOutHeader>(buffer);
        Assert.Equal(read.Result, (nint)header.Len);
        body = buffer[sizeof(FuseOutHeader)..(int)header.Len];
        return (header.Unique, -header.Error);
    }

    public T Receive<T>(ulong unique)
        where T : unmanaged
    {
        Assert.Equal((unique, Errno.None), Receive(out byte[] body));
        Assert.Equal(sizeof(T), body.Length);
        return MemoryMarshal.Read<T>(body);
    }

    /// <summary>Hangs up, as an unmount does.</summary>
    public void Close() => _socket.Dispose();

    public void Dispose()
    {
        Close();
        Assert.True(_session.Completion.Wait(TimeSpan.FromSeconds(120)), "the session did not end");
        _session.Dispose();
    }
}
