using System.Net;
using ZarrFs.Host.Http.Access;

namespace ZarrFs.Host.Http.Limits;

/// <summary>
/// The shares of all addresses that are connected, or were a moment ago: whoever closes his connection and comes again has still asked for what he asked for.
/// </summary>
internal sealed class ClientShares
{
    private const int DefaultRate = 5000;

    // Several browsers and a program with many workers, behind one address.
    private const int LeastOfOthers = 64;

    // Of addresses that are connected no more, before they are looked through.
    private const int MostKept = 4096;

    private readonly int _mostConnections;
    private readonly int _mostOfOthers;
    private readonly int? _rate;
    private readonly Dictionary<ClientAddress, ClientShare> _shares = [];

    public ClientShares(LimitOptions options)
    {
        // The rest is for others, a monitor for one.
        _mostConnections = Math.Max(1, options.Connections - options.Connections / 8);
        _mostOfOthers = Math.Min(_mostConnections, Math.Max(LeastOfOthers, options.Connections / 16));
        _rate = options.RequestsPerSecond;
    }

    /// <summary>Addresses that are known.</summary>
    public int Count
    {
        get
        {
            lock (_shares) return _shares.Count;
        }
    }

    /// <summary>Counts a connection; null if the address has as many as it may.</summary>
    public ClientShare? TryConnect(IPAddress? from)
    {
        var address = ClientAddress.Of(from);
        bool isNear = from is null || IPAddress.IsLoopback(from);
        lock (_shares)
        {
            if (!_shares.TryGetValue(address, out ClientShare? share))
            {
                if (_shares.Count >= MostKept) Forget();
                share = new ClientShare(address, _rate ?? (isNear ? 0 : DefaultRate));
                _shares.Add(address, share);
            }

            if (share.Connections >= (isNear ? _mostConnections : _mostOfOthers)) return null;
            share.Connections++;
            return share;
        }
    }

    public void Disconnect(ClientShare share)
    {
        lock (_shares)
        {
            share.Connections--;
            if (share.Connections == 0 && share.IsRested) _shares.Remove(share.Address);
        }
    }

    private void Forget()
    {
        foreach (ClientShare share in _shares.Values)
        {
            if (share.Connections == 0 && share.IsRested) _shares.Remove(share.Address);
        }

        if (_shares.Count < MostKept) return;
        // So many addresses within seconds are nobody's in particular; the table stays bounded.
        foreach (ClientShare share in _shares.Values)
        {
            if (share.Connections == 0) _shares.Remove(share.Address);
        }
    }
}
