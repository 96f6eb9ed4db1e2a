using System.Runtime.ExceptionServices;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;

namespace ZarrFs.Core.Materialize.Building;

/// <summary>Makes every chunk of every level of a volume, reading the source once, and gives them to a sink.</summary>
public static class PyramidBuilder
{
    /// <summary>Builds all that the sink has not got yet.</summary>
    /// <param name="plan">How; its memory comes from <paramref name="pool"/>.</param>
    /// <param name="pool">Where all buffers come from.</param>
    /// <param name="sink">Takes the chunks.</param>
    /// <param name="counters">Told how far it is.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="pace">Holds it up, piece by piece; null for never.</param>
    /// <param name="writesQueued">Whether what is queued when this is cancelled is still written.</param>
    /// <exception cref="Failures.SourceException">The source failed.</exception>
    /// <exception cref="Failures.StoreException">The sink failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static void Run(
        BuildPlan plan, BufferPool pool, IChunkSink sink, BuildCounters counters, CancellationToken cancellationToken, IPace? pace = null, bool writesQueued = true)
    {
        using var context = new BuildContext(plan, pool, sink, counters, cancellationToken, pace);
        try
        {
            if (plan.IsSlabs) new SlabBuilder(context).Run();
            else new OctreeBuilder(context).Run();
        }
        catch (Exception failure)
        {
            // What was made is kept. If a write has failed, that is what is told, not the cancelling that it caused.
            if (writesQueued || !cancellationToken.IsCancellationRequested) context.Queue.Drain();
            ExceptionDispatchInfo.Throw(failure);
        }

        context.Queue.Drain();
    }
}
