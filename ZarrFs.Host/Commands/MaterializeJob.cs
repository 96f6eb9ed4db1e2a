using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Host.Catalog;
using ZarrFs.Host.Configuration;
using ZarrFs.Host.Progress;

namespace ZarrFs.Host.Commands;

/// <summary>One run of <c>zarrfs materialize</c>: asks the <see cref="Materializer"/> for each step and tells people about it.</summary>
internal sealed class MaterializeJob(Settings settings, StoreSettings store)
{
    private readonly int _workers = settings.Threads ?? Environment.ProcessorCount;
    private readonly MemoryLimit _limit = new(settings.AskedMemory);

    /// <summary>Runs it to its end or to the first signal.</summary>
    /// <returns>The exit code.</returns>
    public int Run()
    {
        using var interruption = new Interruption();
        using var pool = new BufferPool(_limit.MostBuffers);
        using var catalog = new VolumeCatalog([View()], pool, NullLogger.Instance);
        Multiscale volume = Single(catalog);
        var scope = new BuildScope(volume, store.IsV2);
        StoreTarget target = StoreTarget.New(store.Path, volume, catalog.Channels[0], store.Format, store.Compression.Create(volume.Volume.DataType)) with
        {
            Durability = store.Durability,
            Overwrite = store.Overwrite,
            Writers = _workers,
        };
        long storeBytes = StoreWriter.MemoryBytes(target);
        pool.Reserve(storeBytes);
        if (store.DryRun)
            return new DryRun(scope, store, piece => _limit.Plan(piece, storeBytes, _workers), storeBytes).Run(pool, interruption.Token);

        using var materializer = new Materializer(_limit.Plan(scope, storeBytes, _workers), target, pool);
        return Write(materializer, interruption.Token);
    }

    private int Write(Materializer materializer, CancellationToken stop)
    {
        BadSlicePolicy policy = settings.Volumes[0].Reading.BadSlices;
        long start = Stopwatch.GetTimestamp();
        bool isOpen = false;
        try
        {
            ShareProgress.Run(store.Progress, "check", progress => materializer.Check(policy, progress, stop));
            materializer.Open(Deleted);
            isOpen = true;
            if (materializer.IsResumed) Tell($"continuing: {ProgressWords.Percent(materializer.DoneShare)} done");
            Stage stage = new(materializer, "build");
            ProgressDisplay.Run(store.Progress, stage.Sample, () => materializer.Build(stop));
            stage = new(materializer, "finish");
            ProgressDisplay.Run(store.Progress, stage.Sample, materializer.Finish);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Tell(isOpen ? $"stopped. {Kept(materializer)}: the same command goes on where it stopped" : "stopped before anything was written");
            return Interruption.ExitCode;
        }
        catch (Exception failure) when (isOpen && failure is SourceException or StoreException or CodecException)
        {
            string advice = failure is SourceException && policy == BadSlicePolicy.Fail ? ", or with --on-bad-slice fill, which writes zeros for what is bad" : "";
            Tell(failure.Message);
            Tell($"{Kept(materializer)}: when that is mended, the same command goes on where it stopped{advice}");
            return 1;
        }

        Console.Write(MaterializeReport.Of(materializer, store, Stopwatch.GetElapsedTime(start)));
        return TellBadSlices(materializer.BadSlices);
    }

    private static int TellBadSlices(IReadOnlyList<SourceProblem> bad)
    {
        if (bad.Count == 0) return 0;
        Tell($"{SourceCheck.Count(bad.Count)}; zeros stand in their place, and the store's attributes list them (zarrfs)\n{SourceCheck.List(bad)}");
        return 1;
    }

    private VolumeSettings View()
    {
        VolumeSettings view = settings.Volumes[0];
        if (!store.IsArray) return view;
        if (view.Levels is { } levels and not 1) throw new OptionException("--zarr-only", $"a plain array has one level, not {levels}; leave --zarr-only or --levels out");
        return view with { Levels = 1 };
    }

    private static Multiscale Single(VolumeCatalog catalog)
    {
        if (catalog.Volumes.Count == 1) return catalog.Volumes[0];
        IEnumerable<string> images = catalog.Volumes.Select((volume, index) => $"\n  {index}: {volume.Name}, {volume.Volume.Shape} {volume.Volume.DataType}");
        throw new OptionException("--series", $"there are {catalog.Volumes.Count} images, and a store holds one; say which:{string.Concat(images)}");
    }

    private static void Deleted(long files)
    {
        if (files > 0) Tell($"deleting what was there: {files} files");
    }

    private static void Tell(string message) => Console.Error.WriteLine($"zarrfs: {message}");

    private string Kept(Materializer materializer) => $"{ProgressWords.Percent(materializer.DoneShare)} is done and kept in {store.Path}";

    /// <summary>How far the build is, as it is shown.</summary>
    private sealed class Stage(Materializer materializer, string name)
    {
        public ProgressSample Sample()
        {
            BuildCounters counters = materializer.Counters;
            return new ProgressSample(name, counters.TotalVoxelBytes == 0 ? 0 : (double)counters.VoxelBytes / counters.TotalVoxelBytes)
            {
                Done = counters.VoxelBytes,
                Skipped = counters.SkippedVoxelBytes,
                Total = counters.TotalVoxelBytes,
                Written = counters.WrittenBytes,
                Chunks = counters.ChunksWritten,
                Empty = counters.ChunksEmpty,
                Place = counters.Place,
            };
        }
    }
}
