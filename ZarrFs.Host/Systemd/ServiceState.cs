using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Hosting;
using ZarrFs.Host.Catalog;
using ZarrFs.Host.Configuration;
using ZarrFs.Host.Http;
using ZarrFs.Host.Mount;

namespace ZarrFs.Host.Systemd;

/// <summary>
/// Tells the service manager how the program is: ready when everything answers, reloading, stopping; and that it is alive, for as long as it is. To be
/// started after all else.
/// </summary>
internal sealed class ServiceState(
    ServiceManager manager, Settings settings, VolumeCatalog catalog, IHostApplicationLifetime application, HttpService? http = null, MountService? mount = null)
    : IHostedService, IDisposable
{
    // Monotonic time in microseconds, as the manager counts it: Stopwatch counts the same clock.
    private static readonly long TicksPerMicrosecond = Math.Max(1, Stopwatch.Frequency / 1_000_000);

    private readonly ManualResetEventSlim _end = new();
    private CancellationTokenRegistration _stopping;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!manager.IsThere) return Task.CompletedTask;
        _stopping = application.ApplicationStopping.Register(() => manager.Tell("STOPPING=1", "STATUS=Ending; open files are served until they are closed."));
        Ready();
        if (manager.Watchdog is { } patience) new Thread(() => Watch(patience / 2)) { IsBackground = true, Name = "watchdog" }.Start();
        return Task.CompletedTask;
    }

    /// <summary>The configuration is being read anew.</summary>
    public void Reloading() => manager.Tell(
        "RELOADING=1", string.Create(CultureInfo.InvariantCulture, $"MONOTONIC_USEC={Stopwatch.GetTimestamp() / TicksPerMicrosecond}"), "STATUS=Reading the configuration anew.");

    /// <summary>The configuration was read anew. The manager takes a reload for done in any case; that one was refused it tells for as long as none is taken.</summary>
    public void Reloaded(bool isTaken) => Ready(isTaken ? "" : string.Create(
        CultureInfo.InvariantCulture, $"; the configuration of {DateTime.Now:yyyy-MM-dd HH:mm:ss} was refused, see the log"));

    private void Ready(string refusal = "")
    {
        int volumes = catalog.Shown.Count;
        string mounted = settings.MountPath is { } path ? $", mounted on {path}" : "", served = http?.Address is { } address ? $", served on {address}/" : "";
        manager.Tell("READY=1", string.Create(CultureInfo.InvariantCulture, $"STATUS={volumes} {(volumes == 1 ? "volume" : "volumes")}{mounted}{served}{refusal}."));
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Set();
        _stopping.Dispose();
    }

    /// <summary>Says that all is well each time that it is found so. Whatever hangs, hangs this thread or fails, and the manager does what it is told to.</summary>
    private void Watch(TimeSpan interval)
    {
        while (!_end.Wait(interval))
        {
            if (IsWell(interval)) manager.Tell("WATCHDOG=1");
        }
    }

    /// <summary>Requests are answered on the pool, those to the mount on threads of its own.</summary>
    private bool IsWell(TimeSpan patience) => Task.Run(static () => { }).Wait(patience) && mount?.IsAnswering() != false;
}
