using System.Buffers.Binary;
using System.Net;
using Microsoft.AspNetCore.Http;
using ZarrFs.Host.Http.Access;

namespace ZarrFs.Host.Http.Limits;

/// <summary>Who counts as one client: somebody with a name, else whoever is at an address.</summary>
/// <param name="Name">A user's or a token's; null if it is not known who it is.</param>
/// <param name="Address">0 for somebody with a name.</param>
internal readonly record struct ClientKey(string? Name, UInt128 Address)
{
    /// <summary>The client that a request is from.</summary>
    public static ClientKey Of(HttpContext context, Caller? caller) =>
        caller?.Name is { } name ? new ClientKey(name, 0) : new ClientKey(null, Network(context.Connection.RemoteIpAddress));

    /// <summary>An address as a number. Of IPv6 the first 64 bits: every machine has all the others to choose from.</summary>
    public static UInt128 Network(IPAddress? address)
    {
        if (address is null) return 0;
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        bool isOld = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
        if (!address.TryWriteBytes(isOld ? bytes[12..] : bytes, out _)) return 0;
        UInt128 number = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return isOld || address.IsIPv4MappedToIPv6 ? (uint)number : number >> 64 << 64;
    }
}
