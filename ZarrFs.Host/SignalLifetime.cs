using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using ZarrFs.Host.Reloading;

namespace ZarrFs.Host;

/// <summary>
/// Stops the host on SIGINT and SIGTERM, and says nothing about it: what there is to say, <see cref="Announcement"/> says. SIGHUP has the configuration
/// read anew where there is a file of it; where there is none, a terminal was closed, and it stops the host too. All that from the moment that the
/// host is built: volumes are opened before it starts, which can take long.
/// </summary>
internal sealed class SignalLifetime : IHostLifetime, IDisposable
{
    private readonly List<PosixSignalRegistration> _signals = [];

    public SignalLifetime(IHostApplicationLifetime application, ReloadRequests? reloads = null)
    {
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
        {
            _signals.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                if (signal == PosixSignal.SIGHUP && reloads is not null) reloads.Add();
                else application.StopApplication();
            }));
        }
    }

    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _signals.ForEach(signal => signal.Dispose());
}
