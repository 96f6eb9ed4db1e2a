using Microsoft.Extensions.Hosting;
using ZarrFs.Host.Configuration;
using ZarrFs.Host.Systemd;

namespace ZarrFs.Host.Reloading;

/// <summary>Reads the configuration anew whenever that is wished, one time after the other.</summary>
internal sealed class ReloadService(Reload reload, Func<Settings> read, ReloadRequests requests, ServiceState state) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (bool _ in requests.ReadAllAsync(stoppingToken))
        {
            state.Reloading();
            bool isTaken = await Task.Run(() => reload.Run(read), CancellationToken.None); // opening takes as long as it takes
            state.Reloaded(isTaken);
        }
    }
}
