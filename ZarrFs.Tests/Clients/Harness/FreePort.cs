using System.Net;
using System.Net.Sockets;

namespace ZarrFs.Tests.Clients.Harness;

/// <summary>A port for a server that cannot choose one itself.</summary>
internal static class FreePort
{
    private const int Lowest = 10_000;

    /// <summary>
    /// One that is free, below those that the system gives to whoever asks for any: in the time until the server listens no connection of another
    /// test gets it.
    /// </summary>
    public static int Find()
    {
        int end = int.Parse(File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split('\t', ' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(end > Lowest, $"ports that the system gives away begin at {end} here");
        while (true)
        {
            int port = Random.Shared.Next(Lowest, end);
            try
            {
                using TcpListener listener = new(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException failure) when (failure.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Somebody's server; another one, then.
            }
        }
    }
}
