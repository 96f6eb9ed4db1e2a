namespace ZarrFs.Core.Codecs;

/// <summary>
/// Encoded bytes in memory and some more after them. A read never gives bytes of both, and a decoder that has what it needs does not ask:
/// what it has asked for tells where the data ended.
/// </summary>
internal sealed unsafe class TwoPieces(byte* first, int firstLength, byte[] second) : Stream
{
    private int _position;

    /// <summary>True once something was asked for beyond the first piece.</summary>
    public bool IsSecondAsked { get; private set; }

    /// <summary>True once something was asked for beyond the second piece.</summary>
    public bool IsMoreAsked { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        ReadOnlySpan<byte> rest = Rest();
        int count = Math.Min(rest.Length, buffer.Length);
        rest[..count].CopyTo(buffer);
        _position += count;
        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private ReadOnlySpan<byte> Rest()
    {
        if (_position < firstLength) return new ReadOnlySpan<byte>(first + _position, firstLength - _position);
        IsSecondAsked = true;
        ReadOnlySpan<byte> rest = second.AsSpan(_position - firstLength);
        IsMoreAsked |= rest.IsEmpty;
        return rest;
    }
}
