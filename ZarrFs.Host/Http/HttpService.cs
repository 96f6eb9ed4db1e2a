using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Http.Access;
using ZarrFs.Host.Http.Limits;
using ZarrFs.Host.Http.Metering;
using ZarrFs.Host.Http.Transport;

namespace ZarrFs.Host.Http;

/// <summary>
/// The HTTP server: Kestrel by itself, without the web host around it, whose routing, middleware and configuration nothing here needs.
/// </summary>
public sealed partial class HttpService : IHostedService, IDisposable
{
    // Long enough for chunks on their way, short enough for Ctrl-C.
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(3);

    // For who has begun to say something and stops: his machine, or this one, may stand still for some seconds, and all that he holds is a connection.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly ListenAddress _listen;
    private readonly ClientShares _shares;
    private readonly KestrelServer _server;
    private readonly RequestHandler _handler;
    private readonly HttpApplication _application;
    private readonly HttpMetrics _metrics;
    private readonly ServedContent _content;
    private readonly AccessRules _rules;
    private readonly Attempts _attempts;
    private readonly TlsOptions? _tls;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ServerCertificates? _certificates;
    private readonly IHost? _kestrelServices;

    /// <param name="options">Where to listen and what to bound.</param>
    /// <param name="content">What to show.</param>
    /// <param name="logs">Takes Kestrel's log too.</param>
    /// <param name="time">By what certificates, tokens and refusals end, and rates are; null for the system's.</param>
    /// <exception cref="OptionException">An option is not usable, or a file with a certificate, passwords or tokens is not.</exception>
    public HttpService(HttpOptions options, ServedContent content, ILoggerFactory logs, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _metrics = new HttpMetrics(_time);
        _log = logs.CreateLogger<HttpService>();
        _listen = ListenAddress.Parse(options.Listen);
        _tls = options.Tls;
        _content = content;
        _attempts = new Attempts(_log, _time, _metrics);
        SharingRules.Check(_listen, _tls, options.Access);
        AccessRule rule = RuleOf(options.Access);
        _rules = new AccessRules(rule, content.Tree);
        if (!_listen.IsLoopback && _tls is null) LogInsecure(_listen);
        if (_tls is not null)
        {
            _certificates = new ServerCertificates(_tls, _listen.Reachable(), _log, _time);

            // Kestrel's TLS asks for services that only a web host can register; this one is never started.
            _kestrelServices = new HostBuilder().ConfigureWebHost(web => web.UseKestrelCore().Configure(_ => { })).ConfigureServices(services => services.AddSingleton(logs)).Build();
        }

        rule.Gate?.Warn();
        _shares = new ClientShares(options.Limits);
        _handler = new RequestHandler(content, options, _rules, _metrics, logs.CreateLogger<RequestHandler>());
        _application = new HttpApplication(_handler, _metrics);
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

    /// <summary>The URL to reach it by, such as <c>http://127.0.0.1:9000</c>, with the port that the system chose; null before the start.</summary>
    public string? Address => Addresses.Count == 0 ? null : Addresses[0];

    /// <summary>All URLs to reach it by, the best first: several where it listens on all addresses of this machine; none before the start.</summary>
    public IReadOnlyList<string> Addresses { get; private set; } = [];

    /// <summary>SHA-256 of the certificate that was made for this run; null for none, or one that was given.</summary>
    public string? Fingerprint => _tls is { IsSelfSigned: true } ? _certificates!.Current.Fingerprint : null;

    /// <inheritdoc/>
    /// <exception cref="ListenException">The address cannot be listened on.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _server.StartAsync(_application, cancellationToken);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new ListenException($"{_listen} is in use by another program; choose another with --listen");
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw new ListenException($"cannot listen on {_listen}: {e.GetBaseException().Message}");
        }

        string bound = _server.Features.Get<IServerAddressesFeature>()!.Addresses.First();
        int port = new Uri(bound).Port;
        Addresses = [.. _listen.Reachable().Select(host => $"{(_certificates is null ? "http" : "https")}://{host}:{port}")];
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
        _attempts.Dispose();
        _kestrelServices?.Dispose();
        _metrics.Dispose();
    }

    /// <summary>Reads what another rule needs, which does not hold before <see cref="Change"/>.</summary>
    /// <returns>The rule of now, if that is what the options say.</returns>
    /// <exception cref="OptionException">The options do not allow each other or the address that is listened on, or a file is not as it should be.</exception>
    internal AccessRule Prepare(AccessOptions access)
    {
        AccessRule now = _rules.Now.Rule;
        if (access == now.Options) return now;
        SharingRules.Check(_listen, _tls, access);
        return RuleOf(access);
    }

    /// <summary>Has a rule and limits hold for all requests that come from a moment on, in connections that are open too. No connection is closed.</summary>
    /// <param name="rule">As it was prepared.</param>
    /// <param name="limits">What clients may take.</param>
    /// <param name="from">The tree that is there from that moment on.</param>
    /// <param name="show">Puts it there.</param>
    internal void Change(AccessRule rule, LimitOptions limits, IFileTree from, Action show)
    {
        AccessRule before = _rules.Now.Rule;
        _rules.Change(rule, from);
        show();
        if (_shares.Change(limits)) LogLimits(limits.Connections, limits.RequestsPerSecond is { } rate ? $"{rate}" : "auto");
        if (rule == before) return;
        LogRule(rule);
        rule.Gate?.Warn();
    }

    private AccessRule RuleOf(AccessOptions access)
    {
        ServedContent content = _content with { IsShared = !_listen.IsLoopback || access.IsPublic || access.HasRules };
        Gate? gate = access.HasRules ? new Gate(access, () => content.Volumes().Select(volume => volume.Name), _attempts, _log, _time) : null;
        return new AccessRule(access, content, gate, _time);
    }

    private KestrelServerOptions Configure(HttpOptions options)
    {
        // A proxy may take a line feed by itself for a part of a value, and then the two would not agree on what the headers are.
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", true);
        KestrelServerOptions kestrel = new() { AddServerHeader = false };
        if (_kestrelServices is not null) kestrel.ApplicationServices = _kestrelServices.Services;
        KestrelServerLimits limits = kestrel.Limits;
        limits.MaxRequestLineSize = 8 * 1024;
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestBodySize = 0; // what needs one allows it for its own requests
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.Http2.MaxStreamsPerConnection = 32; // each may wait with a piece of a chunk in memory
        limits.Http2.MaxRequestHeaderFieldSize = limits.MaxRequestLineSize;
        limits.MinResponseDataRate = new MinDataRate(options.SlowestClient, TimeSpan.FromSeconds(10));
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 1024, Pause);
        limits.RequestHeadersTimeout = Pause;
        limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);

        // ListenLocalhost takes both loopback addresses, but cannot give them the same free port.
        if (_listen.Address is null && _listen.Port != 0) kestrel.ListenLocalhost(_listen.Port, Use);
        else kestrel.Listen(_listen.Address ?? IPAddress.Loopback, _listen.Port, Use);
        return kestrel;

        void Use(ListenOptions listener)
        {
            // Under TLS what goes to the socket is not what lies in memory: nothing can be lent, and Kestrel's own output is used.
            listener.Protocols = _certificates is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
            listener.UseClientShares(_shares, _metrics);
            listener.UseCounting(_metrics);
            if (_certificates is null) listener.UseSocketOutput();
            else listener.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => _certificates.BeginAsync(), HandshakeTimeout = Pause });
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Listen} answers other machines without TLS: whoever is on the way can read data, passwords and tokens")]
    private partial void LogInsecure(ListenAddress listen);

    [LoggerMessage(LogLevel.Information, "Another rule holds from now on: {Rule}.")]
    private partial void LogRule(AccessRule rule);

    [LoggerMessage(LogLevel.Information, "Other limits hold from now on: http.maxConnections {Connections}, http.maxRate {Rate}.")]
    private partial void LogLimits(int connections, string rate);
}
