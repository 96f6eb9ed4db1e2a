using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ZarrFs.Host.Systemd;

/// <summary>
/// The service manager that has started the program and wants to hear of it (<c>sd_notify(3)</c>): lines <c>NAME=value</c> in datagrams to the socket that
/// <c>NOTIFY_SOCKET</c> names. Without it nothing is sent.
/// </summary>
internal sealed class ServiceManager : IDisposable
{
    private readonly Socket? _socket;

    /// <param name="socket">Path of a socket, with <c>@</c> in front for one that is not in the file system; null for none.</param>
    /// <param name="watchdog">Microseconds after which the manager takes silence for death, as text; null for never.</param>
    /// <param name="watched">Number of the process that this is about, as text; null for this one.</param>
    public ServiceManager(string? socket, string? watchdog, string? watched)
    {
        if (string.IsNullOrEmpty(socket) || socket[0] is not ('/' or '@')) return;
        bool isAbout = watched is null || watched == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        if (isAbout && long.TryParse(watchdog, NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds) && microseconds > 0)
            Watchdog = TimeSpan.FromMicroseconds(microseconds);
        var opened = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            opened.Connect(new UnixDomainSocketEndPoint(socket[0] == '@' ? '\0' + socket[1..] : socket));
            _socket = opened;
        }
        catch (SocketException)
        {
            // It has gone, or is another namespace's. Nobody hears, and the program runs all the same.
            opened.Dispose();
        }
    }

    /// <summary>True if somebody listens.</summary>
    public bool IsThere => _socket is not null;

    /// <summary>How long the program may be silent; null for as long as it likes.</summary>
    public TimeSpan? Watchdog { get; }

    /// <summary>The one that the environment names.</summary>
    public static ServiceManager FromEnvironment() => new(
        Environment.GetEnvironmentVariable("NOTIFY_SOCKET"), Environment.GetEnvironmentVariable("WATCHDOG_USEC"), Environment.GetEnvironmentVariable("WATCHDOG_PID"));

    /// <summary>Tells it something. Never fails and never waits: who does not listen does not hear.</summary>
    public void Tell(params ReadOnlySpan<string> lines)
    {
        if (_socket is null) return;
        try
        {
            _socket.Send(Encoding.UTF8.GetBytes(string.Join('\n', lines)), SocketFlags.None);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // The manager is being replaced, or the program ends.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket?.Dispose();
}
