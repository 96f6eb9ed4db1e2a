using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Http.Access;
using ZarrFs.Host.Http.Transport;

namespace ZarrFs.Host.Http;

/// <summary>
/// A chunk in memory on its way to a client, with the room that was taken for it. A client who takes nothing for a while has both taken back
/// from him, however many there are of his kind; when he goes on, both are taken anew.
/// </summary>
internal sealed class ChunkLoan : Loan, IDisposable
{
    // One turn of Kestrel's own output, which TLS goes through.
    private const int Piece = 64 * 1024;

    // HTTP/2 has many streams a connection, and a client may let each of them wait with a piece in memory: no more than goes out at once, a frame.
    private const int PieceOfStream = 16 * 1024;

    private readonly ChunkSender _sender;
    private Lease _lease;
    private int _state = State.Held;
    private long _restsSince;

    /// <param name="sender">Whom the room is given back to.</param>
    /// <param name="context">The request.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="node">The chunk; room was taken for all of it.</param>
    /// <param name="lease">The chunk's bytes.</param>
    /// <param name="revision">Of which revision they are.</param>
    public ChunkLoan(ChunkSender sender, HttpContext context, Caller? caller, in Node node, Lease lease, int revision)
        : base(0, lease.Length)
    {
        _sender = sender;
        _lease = lease;
        Context = context;
        Caller = caller;
        Node = node;
        Revision = revision;
        IsProvisional = lease.IsProvisional;
    }

    /// <summary>The request.</summary>
    public HttpContext Context { get; }

    /// <summary>Who asks.</summary>
    public Caller? Caller { get; }

    /// <summary>The chunk.</summary>
    public Node Node { get; }

    /// <summary>Of which revision its bytes are.</summary>
    public int Revision { get; }

    /// <summary>Whether they are a preview's.</summary>
    public bool IsProvisional { get; }

    public override int Take(Span<byte> bytes)
    {
        if (!TryHold()) return 0;
        ReadOnlySpan<byte> next = Next(bytes.Length);
        next.CopyTo(bytes);
        return Advance(next.Length);
    }

    public override async ValueTask SendAsync(Socket socket)
    {
        while (Left > 0)
        {
            if (!TryHold()) await ReturnToSocketAsync();
            if (SendWhatFits(socket) is not { } waiting)
            {
                if (Left > 0) await default(NextTurn);
                continue;
            }

            int size = Math.Min(Waiting, Left);
            Next(size).CopyTo(waiting);
            Rest();
            await SendAndReturnAsync(socket, waiting, size);
        }
    }

    /// <summary>Sends what is left where there is no socket to send it to, in pieces that are copied.</summary>
    /// <exception cref="OverloadException">The client was slow, and there is no room for the rest in time.</exception>
    /// <exception cref="SourceException">The client was slow, and the chunk cannot be made any more, or is another by now.</exception>
    public async Task CopyAsync(PipeWriter body)
    {
        int piece = HttpProtocol.IsHttp2(Context.Request.Protocol) ? PieceOfStream : Piece;
        while (Left > 0)
        {
            if (!TryHold()) await ReturnAsync();
            int size = Math.Min(piece, Left);
            body.Advance(Take(body.GetSpan(size)[..size]));
            ValueTask<FlushResult> flush = body.FlushAsync(Context.RequestAborted);
            if (!flush.IsCompleted) Rest();
            if ((await flush).IsCompleted) return;
        }
    }

    public override void Rest()
    {
        Volatile.Write(ref _restsSince, Environment.TickCount64);
        Volatile.Write(ref _state, State.Resting);
    }

    public override void GiveBackIfResting(long since)
    {
        if (Volatile.Read(ref _state) != State.Resting || Volatile.Read(ref _restsSince) > since) return;
        if (Interlocked.CompareExchange(ref _state, State.Leaving, State.Resting) != State.Resting) return;
        GiveBack();
        Volatile.Write(ref _state, State.Away);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (TryHold()) GiveBack();
        _state = State.Away;
    }

    private void GiveBack()
    {
        _lease.Dispose();
        _sender.ReturnRoom(Node.Size);
    }

    private ReadOnlySpan<byte> Next(int most) => _lease.Span.Slice((int)Offset, Math.Min(most, Left));

    /// <summary>Sends for a turn, or until the socket takes no more: then gives memory to wait with.</summary>
    private byte[]? SendWhatFits(Socket socket)
    {
        for (int all = 0, sent; Left > 0 && all < NextTurn.Bytes; all += sent)
        {
            sent = socket.Send(Next(NextTurn.Bytes), SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock) return ArrayPool<byte>.Shared.Rent(Waiting);
            if (error != SocketError.Success) throw new SocketException((int)error);
            Advance(sent);
        }

        return null;
    }

    /// <summary>False if room and lease were taken back.</summary>
    private bool TryHold()
    {
        SpinWait spin = default;
        while (true)
        {
            int before = Interlocked.CompareExchange(ref _state, State.Held, State.Resting);
            if (before is State.Held or State.Resting) return true;
            if (before == State.Away) return false;
            spin.SpinOnce(); // somebody is giving them back right now
        }
    }

    private async ValueTask ReturnAsync()
    {
        _lease = await _sender.TakeAgainAsync(this);
        _state = State.Held;
    }

    /// <summary>The same for a socket's own output, which knows no failures but those of sockets and files.</summary>
    private async ValueTask ReturnToSocketAsync()
    {
        try
        {
            await ReturnAsync();
        }
        catch (Exception failure) when (failure is OverloadException or SourceException or OperationCanceledException)
        {
            throw new IOException("a client was slow, and what it has not taken cannot be had any more", failure);
        }
    }

    private static class State
    {
        /// <summary>Bytes are being sent.</summary>
        public const int Held = 0;

        /// <summary>The client takes nothing; room and lease may be taken back.</summary>
        public const int Resting = 1;

        /// <summary>They are being taken back.</summary>
        public const int Leaving = 2;

        /// <summary>Neither room nor lease is held.</summary>
        public const int Away = 3;
    }
}
