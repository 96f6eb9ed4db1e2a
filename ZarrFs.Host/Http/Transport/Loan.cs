using System.Buffers;
using System.Net.Sockets;

namespace ZarrFs.Host.Http.Transport;

/// <summary>Bytes on their way to a socket that lie elsewhere than in the output's own buffer, and are fetched as the socket takes them.</summary>
internal abstract class Loan
{
    /// <summary>What waits with a slow client, in memory of its own. The rest is fetched when he has taken it.</summary>
    protected const int Waiting = 16 * 1024;

    private static readonly Unread Nothing = new();

    /// <param name="offset">Of the first byte.</param>
    /// <param name="length">Bytes.</param>
    protected Loan(long offset, int length)
    {
        Offset = offset;
        Left = length;
    }

    /// <summary>Bytes that are not sent yet.</summary>
    public int Left { get; private set; }

    /// <summary>For Kestrel's books, which count bytes: memory of that length, into which nobody may look.</summary>
    public Memory<byte> Memory => Nothing.Memory[..Left];

    /// <summary>Of the next byte.</summary>
    protected long Offset { get; private set; }

    /// <summary>Takes the next bytes, as many as there are without waiting.</summary>
    public abstract int Take(Span<byte> bytes);

    /// <summary>Sends what is left; completes when the system has taken all of it.</summary>
    /// <exception cref="IOException">The bytes cannot be had, or not all of them.</exception>
    /// <exception cref="SocketException">The client is gone.</exception>
    public abstract ValueTask SendAsync(Socket socket);

    /// <summary>To be told before a wait for a client that takes nothing now; until <see cref="Take"/> or <see cref="SendAsync"/> nothing need be held for him.</summary>
    public virtual void Rest()
    {
    }

    /// <summary>Gives back what is held if the client has taken nothing since that time; on any thread.</summary>
    /// <param name="since">As <see cref="Environment.TickCount64"/> counts.</param>
    public virtual void GiveBackIfResting(long since)
    {
    }

    /// <summary>Only these bytes are to be sent.</summary>
    public void Narrow(in ByteRange range)
    {
        Offset = range.Start;
        Left = (int)range.Length;
    }

    protected int Advance(int bytes)
    {
        Offset += bytes;
        Left -= bytes;
        return bytes;
    }

    /// <summary>Sends bytes of a buffer and gives it back to the pool.</summary>
    protected async ValueTask SendAndReturnAsync(Socket socket, byte[] buffer, int size)
    {
        try
        {
            for (int at = 0; at < size;) at += Advance(await socket.SendAsync(buffer.AsMemory(at, size - at), SocketFlags.None));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private sealed class Unread : MemoryManager<byte>
    {
        public override Memory<byte> Memory => CreateMemory(int.MaxValue);

        public override Span<byte> GetSpan() => throw new NotSupportedException("the bytes are not here");

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException("the bytes are not here");

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
