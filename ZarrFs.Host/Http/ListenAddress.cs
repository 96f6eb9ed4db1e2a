using System.Globalization;
using System.Net;
using ZarrFs.Core.Failures;

namespace ZarrFs.Host.Http;

/// <summary>Where the server listens: a loopback address, or the name <c>localhost</c>, and a port; port 0 lets the system choose.</summary>
/// <param name="Host">As the user wrote it: what goes into URLs.</param>
/// <param name="Address">The address, or null for <c>localhost</c>, which is both loopback addresses.</param>
/// <param name="Port">0 to 65535.</param>
internal sealed record ListenAddress(string Host, IPAddress? Address, int Port)
{
    private const string Option = "--listen";

    /// <summary>Reads <c>127.0.0.1:9000</c>, <c>[::1]:9000</c> or <c>localhost:9000</c>.</summary>
    /// <exception cref="OptionException">It is none of these, or not a loopback address.</exception>
    public static ListenAddress Parse(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port > 65535)
            throw new OptionException(Option, $"'{text}' is not ADDRESS:PORT with a port from 0 to 65535, such as 127.0.0.1:9000");

        string host = text[..colon];
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return new ListenAddress("localhost", null, port);

        bool bracketed = host.StartsWith('[') && host.EndsWith(']');
        if (!IPAddress.TryParse(bracketed ? host.AsSpan(1, host.Length - 2) : host, out IPAddress? address)
            || bracketed != (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6))
        {
            throw new OptionException(Option, $"'{host}' is not an address of this machine, such as 127.0.0.1, [::1] or localhost");
        }

        if (!IPAddress.IsLoopback(address))
            throw new OptionException(Option, $"'{text}' is open to other machines; sharing beyond this machine comes with access rules; listen on 127.0.0.1");
        return new ListenAddress(host, address, port);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Host}:{Port}";
}
