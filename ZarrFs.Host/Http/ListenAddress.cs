using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using ZarrFs.Core.Failures;

namespace ZarrFs.Host.Http;

/// <summary>Where the server listens: an address of this machine, all of them, or the name <c>localhost</c>, and a port; port 0 lets the system choose.</summary>
/// <param name="Host">As the user wrote it.</param>
/// <param name="Address">The address, or null for <c>localhost</c>, which is both loopback addresses.</param>
/// <param name="Port">0 to 65535.</param>
internal sealed record ListenAddress(string Host, IPAddress? Address, int Port)
{
    private const string Option = "--listen";

    /// <summary>Whether only this machine gets there.</summary>
    public bool IsLoopback => Address is null || IPAddress.IsLoopback(Address);

    /// <summary>Whether it is all addresses of this machine: <c>0.0.0.0</c>, or <c>[::]</c>, which is those of IPv4 too.</summary>
    public bool IsAny => Address is not null && (Address.Equals(IPAddress.Any) || Address.Equals(IPAddress.IPv6Any));

    /// <summary>Reads <c>127.0.0.1:9000</c>, <c>[::1]:9000</c>, <c>localhost:9000</c> or <c>0.0.0.0:9000</c>.</summary>
    /// <exception cref="OptionException">It is none of these.</exception>
    public static ListenAddress Parse(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port > 65535)
            throw new OptionException(Option, $"'{text}' is not ADDRESS:PORT with a port from 0 to 65535, such as 127.0.0.1:9000");

        string host = text[..colon];
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return new ListenAddress("localhost", null, port);

        bool bracketed = host.StartsWith('[') && host.EndsWith(']');
        return IPAddress.TryParse(bracketed ? host.AsSpan(1, host.Length - 2) : host, out IPAddress? address)
            && bracketed == (address.AddressFamily == AddressFamily.InterNetworkV6)
            ? new ListenAddress(host, address, port)
            : throw new OptionException(Option, $"'{host}' is not an address of this machine, such as 127.0.0.1, [::1], localhost, or 0.0.0.0 for all of them");
    }

    /// <summary>What clients may put into a URL to get there, the best first; never empty.</summary>
    public IReadOnlyList<string> Reachable()
    {
        if (!IsAny) return [Host];
        List<string> hosts = [Dns.GetHostName()];
        foreach (NetworkInterface network in NetworkInterface.GetAllNetworkInterfaces())
        {
            if (network.OperationalStatus is not (OperationalStatus.Up or OperationalStatus.Unknown)) continue;
            foreach (UnicastIPAddressInformation one in network.GetIPProperties().UnicastAddresses)
            {
                IPAddress address = one.Address;
                bool isSix = address.AddressFamily == AddressFamily.InterNetworkV6;
                if (IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || (isSix && !Address!.Equals(IPAddress.IPv6Any))) continue;
                hosts.Add(isSix ? $"[{address}]" : address.ToString());
            }
        }

        return hosts;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Host}:{Port}";
}
