using Microsoft.Extensions.Hosting;
using ZarrFs.Core.Materialize.Background;

namespace ZarrFs.Host;

/// <summary>Runs the background build for as long as the program runs. Started after the faces: nobody waits for it.</summary>
internal sealed class BackgroundPyramid(BackgroundBuild build) : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Factory.StartNew(
        () =>
        {
            try
            {
                do build.Run(stoppingToken);
                while (WaitHandle.WaitAny([stoppingToken.WaitHandle, build.Changed]) == 1);
            }
            catch (OperationCanceledException)
            {
                // The program ends; what is built is kept, and the next start goes on there.
            }
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
