using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using ZarrFs.Core.Cache;

namespace ZarrFs.Host.Http.Transport;

/// <summary>
/// A connection's output straight onto its socket. Small things (headers, documents) are gathered in one buffer until the flush; a lent
/// chunk follows them by <c>sendfile</c> from the memory file it lies in, so that no byte of it is copied here. A flush completes when the
/// system has taken everything, or the connection is broken: leases are held no longer and no shorter than that.
/// </summary>
internal sealed class SocketOutput : PipeWriter, ILendingOutput
{
    private const int SmallestBuffer = 4096;

    // What is copied to wait for room in the socket: .NET's readiness comes only with a send of its own.
    private const int WaitingPiece = 16 * 1024;

    private readonly Socket _socket;
    private readonly ConnectionContext _connection;
    private byte[] _buffer = [];
    private int _gathered;
    private int _gatheredSent;
    private Lease? _lent;
    private int _lentOffset;
    private int _lentLength;
    private int _lentSent;
    private LoanState _loan;
    private bool _broken;
    private bool _cancelled;

    public SocketOutput(Socket socket, ConnectionContext connection)
    {
        _socket = socket;
        _connection = connection;

        // sendfile has no flag against waiting; the runtime's own sockets work either way.
        _socket.Blocking = false;
    }

    private enum LoanState
    {
        None,
        Offered,
        Handed,
        Advanced,
    }

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _gathered - _gatheredSent + (_loan == LoanState.Advanced ? _lentLength - _lentSent : 0);

    public void Lend(Lease lease, int offset, int length)
    {
        if (_loan != LoanState.None) throw new InvalidOperationException("the chunk lent before has not been taken back");
        _lent = lease;
        _lentOffset = offset;
        _lentLength = length;
        _lentSent = 0;
        _loan = LoanState.Offered;
    }

    public void TakeBack()
    {
        _lent = null;
        _loan = LoanState.None;
    }

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        switch (_loan)
        {
            case LoanState.Offered or LoanState.Handed when sizeHint == _lentLength:
                _loan = LoanState.Handed;
                return MemoryMarshal.AsMemory(_lent!.Memory).Slice(_lentOffset, _lentLength);
            case LoanState.Advanced:
                throw new InvalidOperationException("a lent chunk must be flushed before anything follows it");
        }

        int needed = _gathered + Math.Max(sizeHint, 1);
        if (_buffer.Length < needed)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(needed, SmallestBuffer), _buffer.Length * 2));
            _buffer.AsSpan(0, _gathered).CopyTo(larger);
            GiveBufferBack();
            _buffer = larger;
        }

        return _buffer.AsMemory(_gathered);
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        if (_loan == LoanState.Handed)
        {
            if (bytes != _lentLength) throw new InvalidOperationException($"{_lentLength} bytes were lent, but {bytes} are to be sent");
            _loan = LoanState.Advanced;
            return;
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)(_buffer.Length - _gathered), nameof(bytes));
        _gathered += bytes;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            if (!_broken && !TrySend()) return SendRestAsync();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            Break(e);
        }

        return new ValueTask<FlushResult>(Flushed());
    }

    public override void CancelPendingFlush() => _cancelled = true;

    public override void Complete(Exception? exception = null)
    {
        _broken = true;
        GiveBufferBack();
        _buffer = [];
        _gathered = 0;
        _gatheredSent = 0;
    }

    /// <summary>Sends as much as the socket takes at once; true if that was everything.</summary>
    private bool TrySend()
    {
        if (_gatheredSent < _gathered && !TrySendGathered()) return false;
        return _loan != LoanState.Advanced || _lentSent == _lentLength || TrySendLent();
    }

    private unsafe bool TrySendGathered()
    {
        int flags = SystemCalls.DontWaitNoSignal | (_loan == LoanState.Advanced ? SystemCalls.More : 0);
        fixed (byte* bytes = _buffer)
        {
            while (_gatheredSent < _gathered)
            {
                nint sent = SystemCalls.Send(_socket.SafeHandle, bytes + _gatheredSent, (nuint)(_gathered - _gatheredSent), flags);
                if (sent >= 0) _gatheredSent += (int)sent;
                else if (IsSocketFull()) return false;
            }
        }

        return true;
    }

    private unsafe bool TrySendLent()
    {
        Lease lease = _lent!;
        bool isFile = lease.Buffer.TryGetFile(out int file, out long start);
        if (isFile) lease.Buffer.SharedWithKernel = true;
        while (_lentSent < _lentLength)
        {
            int position = _lentOffset + _lentSent;
            long offset = start + position;
            nuint left = (nuint)(_lentLength - _lentSent);
            nint sent = isFile
                ? SystemCalls.SendFile(_socket.SafeHandle, file, &offset, left)
                : SystemCalls.Send(_socket.SafeHandle, lease.Pointer + position, left, SystemCalls.DontWaitNoSignal);
            if (sent > 0) _lentSent += (int)sent;
            else if (sent == 0) throw new IOException("a chunk's memory file ended before the chunk");
            else if (IsSocketFull()) return false;
        }

        return true;
    }

    /// <summary>After a failed call: true if the socket has no room, false if the call is to be repeated; anything else is thrown.</summary>
    private static bool IsSocketFull() => Marshal.GetLastPInvokeError() switch
    {
        SystemCalls.Again => true,
        SystemCalls.Interrupted => false,
        int error => throw new IOException(Marshal.GetPInvokeErrorMessage(error)),
    };

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> SendRestAsync()
    {
        try
        {
            do
            {
                if (_gatheredSent < _gathered)
                {
                    _gatheredSent += await _socket.SendAsync(_buffer.AsMemory(_gatheredSent, _gathered - _gatheredSent), SocketFlags.None);
                }
                else
                {
                    int piece = Math.Min(WaitingPiece, _lentLength - _lentSent);
                    _lentSent += await _socket.SendAsync(_lent!.Memory.Slice(_lentOffset + _lentSent, piece), SocketFlags.None);
                }
            }
            while (!TrySend());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            Break(e);
        }

        return Flushed();
    }

    private FlushResult Flushed()
    {
        GiveBufferBack();
        _buffer = [];
        _gathered = 0;
        _gatheredSent = 0;
        if (_loan == LoanState.Advanced) TakeBack();
        bool cancelled = _cancelled;
        _cancelled = false;
        return new FlushResult(cancelled, _broken);
    }

    private void Break(Exception reason)
    {
        _broken = true;
        _connection.Abort(new ConnectionAbortedException("the client is gone", reason));
    }

    private void GiveBufferBack()
    {
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
    }
}
