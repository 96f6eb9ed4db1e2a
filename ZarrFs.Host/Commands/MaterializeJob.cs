using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Materialize.Verifying;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Host.Configuration;
using ZarrFs.Host.Progress;

namespace ZarrFs.Host.Commands;

/// <summary>One run of <c>zarrfs materialize</c>: asks the <see cref="Materializer"/> for each step and tells people about it.</summary>
internal sealed class MaterializeJob(Settings settings, StoreSettings store)
{
    private readonly int _workers = settings.Threads ?? Environment.ProcessorCount;
    private readonly MemoryLimit _limit = new(settings.AskedMemory, settings.Scratch);

    private BadSlicePolicy Policy => settings.Volumes[0].Reading.BadSlices;

    /// <summary>Runs it to its end or to the first signal.</summary>
    /// <returns>The exit code.</returns>
    public int Run()
    {
        using var interruption = new Interruption();
        using var pool = new BufferPool(_limit.MostBuffers);
        using var work = StoreWork.Open(settings.Volumes[0], store, pool, _workers);
        StoreTarget target = work.Target;
        long storeBytes = Math.Max(StoreWriter.MemoryBytes(target), store.Verify ? StoreVerifier.MemoryBytes(target.Levels, _workers) : 0);
        pool.Reserve(storeBytes);
        if (store.DryRun) return Try(new DryRun(work, store, piece => _limit.Plan(piece, storeBytes, _workers), storeBytes), pool, interruption.Token);

        // Too little memory is told before the long look at every header, and planned with what that has found.
        _limit.Plan(work.Scope, storeBytes, _workers);
        if (Check(work.Scope, interruption.Token) is { } ended) return ended;
        BuildPlan plan = _limit.Plan(work.Scope, storeBytes, _workers);
        IReadOnlyList<SourceProblem> bad;
        using DiskCache? cache = OpenCache(work);
        using (var materializer = new Materializer(plan, target, pool, cache))
        {
            if (Write(work, materializer, interruption.Token) is { } early) return early;
            bad = materializer.BadSlices;
        }

        int compared = store.Verify ? new Verification(store.Path, plan, target.Levels, target.Documents([])).Run(pool, store.Progress, interruption.Token) : 0;
        return Math.Max(compared, TellBadSlices(bad));
    }

    /// <summary>Opens the cache that chunks are taken from. Nothing is put there, and whatever limit others gave it, nothing goes.</summary>
    private DiskCache? OpenCache(StoreWork work)
    {
        if (!store.FromCache || work.Catalog is not { } catalog) return null;
        if (settings.Cache is not { } options) throw new OptionException("--from-cache", "there is no cache; name its directory (--cache)");
        foreach (Multiscale volume in catalog.Volumes) Separation.CheckCache(volume.Volume.Source, options.Directory);
        if (!DiskCache.IsAt(options.Directory))
        {
            string found = Directory.Exists(options.Directory) ? "is no disk cache" : "is not there";
            throw new OptionException("--cache", $"{options.Directory} {found}; expected the directory of a disk cache that mount, serve or warm has filled");
        }

        return DiskCache.Open(options with { IsLimitSaid = false }, catalog.Volumes, catalog.Channels, NullLogger.Instance);
    }

    private int Try(DryRun dryRun, BufferPool pool, CancellationToken stop)
    {
        try
        {
            return dryRun.Run(Policy, pool, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Interruption.ExitCode;
        }
    }

    /// <summary>Looks at every header.</summary>
    /// <returns>The exit code if that was stopped, else null.</returns>
    private int? Check(BuildScope scope, CancellationToken stop)
    {
        try
        {
            ShareProgress.Run(store.Progress, "check", progress => SourceCheck.Run(scope, Policy, progress, stop));
            return null;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Tell("stopped before anything was written");
            return Interruption.ExitCode;
        }
    }

    /// <summary>Writes the store.</summary>
    /// <returns>The exit code if it is not finished, else null.</returns>
    private int? Write(StoreWork work, Materializer materializer, CancellationToken stop)
    {
        long start = Stopwatch.GetTimestamp();
        bool isOpen = false;
        try
        {
            materializer.Open(Policy, files =>
            {
                Deleted(files);
                stop.ThrowIfCancellationRequested();
            });
            isOpen = true;
            if (materializer.IsResumed) Tell($"continuing: {ProgressWords.Percent(materializer.DoneShare)} done");
            ProgressDisplay.Run(store.Progress, () => BuildSample.Of("build", materializer.Counters), () => materializer.Build(stop));
            ProgressDisplay.Run(store.Progress, () => BuildSample.Of("finish", materializer.Counters), materializer.Finish);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Tell(isOpen ? $"stopped. {Kept(materializer)}: the same command goes on where it stopped" : "stopped before anything was written; the same command goes on with what it began");
            return Interruption.ExitCode;
        }
        catch (Exception failure) when (isOpen && failure is SourceException or StoreException or CodecException or OverloadException)
        {
            Tell(failure.Message);
            Tell($"{Kept(materializer)}: {Advice(failure, canFill: work.FirstLevel == 0)}");
            return 1;
        }

        Console.Write(MaterializeReport.Of(work, store, materializer, Stopwatch.GetElapsedTime(start)));
        return null;
    }

    /// <summary>How to go on after a failure.</summary>
    private string Advice(Exception failure, bool canFill) => failure switch
    {
        OverloadException => "with more memory (--max-gb) or fewer --threads the same command goes on where it stopped",
        SourceException =>
            "when the source can be read again, the same command goes on where it stopped. That takes the same files with the same sizes and times "
            + "(put them back with cp -p or rsync -t); of others, --overwrite begins anew"
            + (canFill && Policy == BadSlicePolicy.Fail ? ". With --on-bad-slice fill, zeros are written for what is bad" : ""),
        _ => "when that is mended, the same command goes on where it stopped",
    };

    private static int TellBadSlices(IReadOnlyList<SourceProblem> bad)
    {
        if (bad.Count == 0) return 0;
        Tell($"{SourceCheck.Count(bad.Count)}; zeros stand in their place, and the store's attributes list them (zarrfs)\n{SourceCheck.List(bad)}");
        return 1;
    }

    private static void Deleted(long files)
    {
        if (files > 0) Tell($"deleting what was there: {files} files");
    }

    private static void Tell(string message) => Console.Error.WriteLine($"zarrfs: {message}");

    private string Kept(Materializer materializer) => $"{ProgressWords.Percent(materializer.DoneShare)} is done and kept in {store.Path}";
}
