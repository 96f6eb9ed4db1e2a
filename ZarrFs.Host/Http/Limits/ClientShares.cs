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

    private readonly Dictionary<ClientAddress, ClientShare> _shares = [];
    private readonly TimeProvider _time;
    private LimitOptions _options;
    private int _connections;

    /// <param name="options">What may be taken at first.</param>
    /// <param name="time">The clock; null for the system's.</param>
    public ClientShares(LimitOptions options, TimeProvider? time = null)
    {
        _options = options;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Addresses that are known.</summary>
    public int Count
    {
        get
        {
            lock (_shares) return _shares.Count;
        }
    }

    // The rest is for others, a monitor for one.
    private int MostOfOne => Math.Max(1, _options.Connections - (_options.Connections / 8));

    private int MostOfOthers => Math.Min(MostOfOne, Math.Max(LeastOfOthers, _options.Connections / 16));

    /// <summary>Sets other limits, for those too who are connected. Connections that are open stay: where they are more than may be, none is added.</summary>
    /// <returns>False if they are the same.</returns>
    public bool Change(LimitOptions options)
    {
        lock (_shares)
        {
            if (options == _options) return false;
            _options = options;
            foreach (ClientShare share in _shares.Values) Limit(share);
            return true;
        }
    }

    /// <summary>Counts a connection; null if the address has as many as it may, or all have.</summary>
    public ClientShare? TryConnect(IPAddress? from)
    {
        var address = ClientAddress.Of(from);
        bool isNear = from is null || IPAddress.IsLoopback(from);
        lock (_shares)
        {
            if (!_shares.TryGetValue(address, out ClientShare? share))
            {
                if (_shares.Count >= MostKept) Forget();
                share = new ClientShare(address, isNear, _time);
                Limit(share);
                _shares.Add(address, share);
            }

            if (_connections >= _options.Connections || share.Connections >= (isNear ? MostOfOne : MostOfOthers)) return null;
            _connections++;
            share.Connections++;
            return share;
        }
    }

    public void Disconnect(ClientShare share)
    {
        lock (_shares)
        {
            _connections--;
            share.Connections--;
            if (share.Connections == 0 && share.IsRested) _shares.Remove(share.Address);
        }
    }

    private void Limit(ClientShare share) => share.Limit(_options.RequestsPerSecond ?? (share.IsNear ? 0 : DefaultRate));

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
