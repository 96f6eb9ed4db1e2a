using System.Net.Sockets;
using System.Text;

namespace ZarrFs.Tests.Systemd;

/// <summary>The socket of a service manager, which keeps what it is told.</summary>
internal sealed class NotifySocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly List<string> _messages = [];
    private readonly Thread _thread;

    public NotifySocket(string path)
    {
        Path = path;
        _socket.Bind(new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path));
        _thread = new Thread(Listen) { IsBackground = true };
        _thread.Start();
    }

    public string Path { get; }

    /// <summary>What it was told so far, a datagram each.</summary>
    public string[] Messages
    {
        get
        {
            lock (_messages) return [.. _messages];
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _thread.Join();
        if (Path[0] != '@') File.Delete(Path);
    }

    private void Listen()
    {
        byte[] buffer = new byte[4096];
        try
        {
            while (true)
            {
                int length = _socket.Receive(buffer);
                lock (_messages) _messages.Add(Encoding.UTF8.GetString(buffer, 0, length));
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }
}
