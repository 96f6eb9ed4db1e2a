using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace ZarrFs.Host.Http.Access;

/// <summary>What tells one client's machine from another: an IPv4 address, or the /64 that an IPv6 address is in, of which one machine has all.</summary>
internal readonly record struct ClientAddress(ulong Bits, bool IsSix)
{
    public static ClientAddress Of(IPAddress? address)
    {
        if (address is null) return default;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? new ClientAddress(BinaryPrimitives.ReadUInt64BigEndian(bytes), true)
            : new ClientAddress(BinaryPrimitives.ReadUInt32BigEndian(bytes), false);
    }
}
