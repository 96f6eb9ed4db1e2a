using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ZarrFs.Host.Mount;

/// <summary>One request as the kernel sent it: a header and what follows. Valid until the reader thread reads the next one.</summary>
internal readonly ref struct FuseRequest
{
    private readonly ref readonly FuseInHeader _header;
    private readonly ReadOnlySpan<byte> _body;

    /// <param name="message">The whole message.</param>
    /// <exception cref="InvalidDataException">Too short for a header, or for the length in it.</exception>
    public FuseRequest(ReadOnlySpan<byte> message)
    {
        int headerSize = Unsafe.SizeOf<FuseInHeader>();
        if (message.Length < headerSize) throw new InvalidDataException($"a FUSE request has {message.Length} bytes, expected at least {headerSize}");
        _header = ref MemoryMarshal.AsRef<FuseInHeader>(message);
        if (_header.Len > message.Length || _header.Len < headerSize)
            throw new InvalidDataException($"a FUSE request says it has {_header.Len} bytes, but has {message.Length}");
        _body = message[headerSize..(int)_header.Len];
    }

    public FuseOpcode Opcode => _header.Opcode;

    /// <summary>The number its reply carries.</summary>
    public ulong Unique => _header.Unique;

    public ulong NodeId => _header.NodeId;

    public uint Pid => _header.Pid;

    /// <summary>Length of what follows the header.</summary>
    public int BodyLength => _body.Length;

    /// <summary>The structure after the header.</summary>
    /// <exception cref="InvalidDataException">The request is too short for it.</exception>
    public ref readonly T Body<T>()
        where T : unmanaged
    {
        if (_body.Length < Unsafe.SizeOf<T>())
            throw new InvalidDataException($"the FUSE request {Opcode} has {_body.Length} bytes after its header, expected {Unsafe.SizeOf<T>()}");
        return ref MemoryMarshal.AsRef<T>(_body);
    }

    /// <summary>The name, zero-terminated in the message, that starts so many bytes after the header.</summary>
    public ReadOnlySpan<byte> Name(int offset = 0)
    {
        ReadOnlySpan<byte> rest = _body.Length > offset ? _body[offset..] : default;
        int end = rest.IndexOf((byte)0);
        return end < 0 ? rest : rest[..end];
    }
}
