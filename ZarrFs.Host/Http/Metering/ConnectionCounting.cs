using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ZarrFs.Host.Http.Metering;

/// <summary>Counts a listener's connections.</summary>
internal static class ConnectionCounting
{
    /// <summary>Counts each for as long as it is open.</summary>
    public static ListenOptions UseCounting(this ListenOptions listener, HttpMetrics metrics)
    {
        listener.Use(next => async connection =>
        {
            metrics.Connected();
            try
            {
                await next(connection);
            }
            finally
            {
                metrics.Disconnected();
            }
        });
        return listener;
    }
}
