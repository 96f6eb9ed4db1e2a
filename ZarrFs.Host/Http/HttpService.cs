using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ZarrFs.Core.Failures;
using ZarrFs.Host.Http.Limits;
using ZarrFs.Host.Http.Transport;

namespace ZarrFs.Host.Http;

/// <summary>
/// The HTTP server: Kestrel by itself, without the web host around it, whose routing, middleware and configuration nothing here needs.
/// </summary>
public sealed class HttpService : IHostedService, IDisposable
{
    // Long enough for chunks on their way, short enough for Ctrl-C.
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(3);

    private readonly ListenAddress _listen;
    private readonly ClientShares _shares;
    private readonly KestrelServer _server;
    private readonly RequestHandler _handler;
    private readonly HttpApplication _application;
    private string? _address;

    /// <param name="options">Where to listen and what to bound.</param>
    /// <param name="content">What to show.</param>
    /// <param name="logs">Takes Kestrel's log too.</param>
    /// <exception cref="OptionException">An option is not usable.</exception>
    public HttpService(HttpOptions options, ServedContent content, ILoggerFactory logs)
    {
        _listen = ListenAddress.Parse(options.Listen);
        _shares = new ClientShares(options.Limits);
        _handler = new RequestHandler(content, options, gate: null, logs.CreateLogger<RequestHandler>());
        _application = new HttpApplication(_handler);
        SocketTransportOptions sockets = new()
        {
            // No handler here ever blocks, so nothing is gained by handing a request from thread to thread.
            UnsafePreferInlineScheduling = true,
        };
        _server = new KestrelServer(
            Microsoft.Extensions.Options.Options.Create(Configure(options)),
            new SocketTransportFactory(Microsoft.Extensions.Options.Options.Create(sockets), logs),
            logs);
    }

    /// <summary>The URL it listens on, such as <c>http://127.0.0.1:9000</c>, with the port that the system chose; null before the start.</summary>
    public string? Address => _address;

    /// <inheritdoc/>
    /// <exception cref="OptionException">The address cannot be listened on.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _server.StartAsync(_application, cancellationToken);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new OptionException("--listen", $"{_listen} is in use by another program; choose another with --listen");
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw new OptionException("--listen", $"cannot listen on {_listen}: {e.GetBaseException().Message}");
        }

        string bound = _server.Features.Get<IServerAddressesFeature>()!.Addresses.First();
        _address = $"http://{_listen.Host}:{new Uri(bound).Port}";
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(StopPatience);
        await _server.StopAsync(patience.Token);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _server.Dispose();
        _handler.Dispose();
    }

    private KestrelServerOptions Configure(HttpOptions options)
    {
        // A proxy may take a line feed by itself for a part of a value, and then the two would not agree on what the headers are.
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", true);
        KestrelServerOptions kestrel = new() { AddServerHeader = false };
        KestrelServerLimits limits = kestrel.Limits;
        limits.MaxRequestLineSize = 8 * 1024;
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestBodySize = 0; // what needs one allows it for its own requests
        limits.MaxConcurrentConnections = options.Limits.Connections;
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.Http2.MaxStreamsPerConnection = 100;
        limits.Http2.MaxRequestHeaderFieldSize = limits.MaxRequestLineSize;
        limits.MinResponseDataRate = new MinDataRate(options.SlowestClient, TimeSpan.FromSeconds(10));
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);

        // ListenLocalhost takes both loopback addresses, but cannot give them the same free port.
        if (_listen.Address is null && _listen.Port != 0) kestrel.ListenLocalhost(_listen.Port, Use);
        else kestrel.Listen(_listen.Address ?? IPAddress.Loopback, _listen.Port, Use);
        return kestrel;

        void Use(ListenOptions listener)
        {
            listener.Protocols = HttpProtocols.Http1;
            listener.UseClientShares(_shares);
            listener.UseSocketOutput();
        }
    }
}
