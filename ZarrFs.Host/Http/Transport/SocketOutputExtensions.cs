using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ZarrFs.Host.Http.Transport;

/// <summary>Puts <see cref="SocketOutput"/> in the place of Kestrel's own output, where there is a socket under the connection.</summary>
internal static class SocketOutputExtensions
{
    /// <summary>Lets chunks be sent without a copy on this listener; elsewhere than on Linux, bodies are copied as Kestrel does it.</summary>
    public static ListenOptions UseSocketOutput(this ListenOptions listener)
    {
        if (OperatingSystem.IsLinux()) listener.Use(next => connection => ServeAsync(connection, next));
        return listener;
    }

    private static async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket)
        {
            await next(connection);
            return;
        }

        IDuplexPipe plain = connection.Transport;
        SocketOutput output = new(socket, connection);
        connection.Features.Set<ILendingOutput>(output);
        connection.Transport = new Duplex(plain.Input, output);
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = plain;
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
