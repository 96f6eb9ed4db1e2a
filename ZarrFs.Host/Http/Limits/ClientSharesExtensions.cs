using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using ZarrFs.Host.Http.Metering;

namespace ZarrFs.Host.Http.Limits;

/// <summary>Has a listener's connections counted by address.</summary>
internal static class ClientSharesExtensions
{
    /// <summary>Closes connections of addresses that have enough; the others carry their <see cref="ClientShare"/>. To come before TLS, which costs something.</summary>
    public static ListenOptions UseClientShares(this ListenOptions listener, ClientShares shares, HttpMetrics metrics)
    {
        listener.Use(next => connection => ServeAsync(connection, next, shares, metrics));
        return listener;
    }

    private static async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next, ClientShares shares, HttpMetrics metrics)
    {
        if (shares.TryConnect((connection.RemoteEndPoint as IPEndPoint)?.Address) is not { } share)
        {
            metrics.Refused();
            connection.Abort(new ConnectionAbortedException("the address has as many connections as it may"));
            return;
        }

        connection.Features.Set(share);
        try
        {
            await next(connection);
        }
        finally
        {
            shares.Disconnect(share);
        }
    }
}
