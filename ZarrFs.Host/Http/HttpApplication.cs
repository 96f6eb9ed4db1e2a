using System.Diagnostics;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ZarrFs.Host.Http.Metering;

namespace ZarrFs.Host.Http;

/// <summary>Hands Kestrel's requests to the handler, with one exchange a connection that is used again for each of its requests, and counts them.</summary>
internal sealed class HttpApplication(RequestHandler handler, HttpMetrics metrics) : IHttpApplication<Exchange>
{
    public Exchange CreateContext(IFeatureCollection contextFeatures)
    {
        Exchange exchange;
        if (contextFeatures is IHostContextContainer<Exchange> connection)
        {
            exchange = connection.HostContext ??= new Exchange { Context = new DefaultHttpContext() };
            exchange.Context.Initialize(contextFeatures);
        }
        else
        {
            exchange = new Exchange { Context = new DefaultHttpContext(contextFeatures) };
        }

        contextFeatures.Set(exchange);
        exchange.Began = Stopwatch.GetTimestamp();
        exchange.Kind = RequestKind.Other;
        exchange.Streamed = 0;
        return exchange;
    }

    public Task ProcessRequestAsync(Exchange context) => handler.HandleAsync(context.Context);

    public void DisposeContext(Exchange context, Exception? exception)
    {
        metrics.Ended(context);
        context.Context.Uninitialize();
    }
}
