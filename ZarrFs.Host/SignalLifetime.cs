using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using ZarrFs.Host.Reloading;

namespace ZarrFs.Host;

/// <summary>
/// Stops the host on SIGINT and SIGTERM, and says nothing about it: what there is to say, <see cref="Announcement"/> says. SIGHUP has the configuration
/// read anew where there is a file of it; where there is none, a terminal was closed, and it stops the host too.
/// </summary>
internal sealed class SignalLifetime(IHostApplicationLifetime application, ReloadRequests? reloads = null) : IHostLifetime, IDisposable
{
    private readonly List<PosixSignalRegistration> _signals = [];

    public Task WaitForStartAsync(CancellationToken cancellationToken)
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

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _signals.ForEach(signal => signal.Dispose());
}
