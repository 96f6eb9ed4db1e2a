using System.Diagnostics;
using Microsoft.Extensions.Logging;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize;
using ZarrFs.Core.Materialize.Background;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Pyramid;
using ZarrFs.Host.Catalog;
using ZarrFs.Host.Configuration;
using ZarrFs.Host.Progress;

namespace ZarrFs.Host.Commands;

/// <summary>One run of <c>zarrfs warm</c>: a walk through each volume, or a part of each made as for readers, and what came of it.</summary>
internal sealed class WarmJob(Settings settings, WarmSettings warm)
{
    private readonly int _workers = settings.Threads ?? Environment.ProcessorCount;
    private readonly MemoryLimit _limit = new(settings.AskedMemory, settings.Scratch);

    /// <summary>Runs it to its end or to the first signal.</summary>
    /// <returns>The exit code.</returns>
    public int Run()
    {
        using var interruption = new Interruption();
        using ILoggerFactory logs = LoggerFactory.Create(logging => Service.AddLogging(logging, LogLevel.Warning, LogFormat.Plain));
        using var pool = new BufferPool(_limit.MostBuffers);
        using var catalog = new VolumeCatalog(settings.Volumes, pool, logs.CreateLogger("ZarrFs.Sources"));
        DiskCacheOptions options = settings.Cache!;
        // Whoever names level 0 wants it, be it a copy.
        if (warm.Levels.Contains(0)) options = options with { Level0 = Level0Caching.Always };
        LevelSet[] levels = [.. catalog.Volumes.Select(volume => warm.Levels.Below(volume.Levels.Count))];
        RegionPass[] boxes = warm.Region is { } box ? [.. catalog.Volumes.Select((volume, i) => new RegionPass(volume, i, levels[i], box))] : [];
        foreach (Multiscale volume in catalog.Volumes) Separation.CheckCache(volume.Volume.Source, options.Directory);
        CheckRoom(catalog.Volumes, levels, boxes, options.MaxBytes); // before anything may have to make room
        using DiskCache disk = DiskCache.Open(options, catalog.Volumes, catalog.Channels, logs.CreateLogger("ZarrFs.Cache"));
        try
        {
            int worst = 0;
            if (boxes.Length == 0)
            {
                for (int i = 0; i < levels.Length; i++) worst = Math.Max(worst, Walk(catalog.Volumes[i], i, levels[i], disk, pool, interruption.Token));
            }
            else
            {
                int workers = Math.Min(_workers, Math.Max(1, ChunkStore.MostWorkers(catalog.Volumes, pool.Budget)));
                using var store = new ChunkStore(catalog.Volumes, pool, workers, settings.Scratch, logs.CreateLogger("ZarrFs.Scratch"), disk: new ReadingDisk(disk));
                for (int i = 0; i < levels.Length; i++) worst = Math.Max(worst, Make(catalog.Volumes[i], boxes[i], store, disk, workers, interruption.Token));
            }

            disk.Flush();
            Console.WriteLine($"{disk.Directory} has {Amounts.Bytes(disk.Bytes)} of chunks; it may have {Amounts.Bytes(disk.MaxBytes)}");
            return worst;
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            Console.Error.WriteLine($"zarrfs: stopped. What was made is kept in {disk.Directory}: the same command goes on where it stopped");
            return Interruption.ExitCode;
        }
    }

    /// <summary>Makes levels of a volume in one walk.</summary>
    private int Walk(Multiscale volume, int number, LevelSet levels, DiskCache disk, BufferPool pool, CancellationToken stop)
    {
        if (levels.IsEmpty)
        {
            Console.WriteLine($"{volume.Name}: has levels 0–{volume.Levels.Count - 1}; nothing to be made");
            return 0;
        }

        long start = Stopwatch.GetTimestamp();
        var pass = new CachePass(volume, number, levels, disk);
        BuildPlan plan = _limit.Plan(CachePass.Scope(volume), 0, _workers);
        ProgressDisplay.Run(warm.Progress, () => BuildSample.Of("warm", pass.Counters), () => pass.Run(plan, pool, cancellationToken: stop));
        long missing = volume.Levels.Where(level => levels.Contains(level.Index)).Sum(level => CacheSpace.Chunks(level) - disk.CountOf(number, level.Index));
        Tell(volume, levels, pass.Counters, Stopwatch.GetElapsedTime(start), pass.Counters.MadeVoxelBytes);
        return TellMissing(volume, missing);
    }

    /// <summary>Makes the chunks of a box of a volume.</summary>
    private int Make(Multiscale volume, RegionPass pass, ChunkStore store, DiskCache disk, int workers, CancellationToken stop)
    {
        Console.Error.WriteLine($"zarrfs: {volume.Name}: {pass.Chunks} chunks of levels {pass.Levels}, made of {Amounts.Bytes((double)pass.SourceBytes)} of voxels; fewer coarse --levels need less");
        long start = Stopwatch.GetTimestamp();
        ProgressDisplay.Run(
            warm.Progress, () => BuildSample.Of("warm", pass.Counters), () => pass.RunAsync(store, disk, 2 * workers, stop).GetAwaiter().GetResult());
        Tell(volume, pass.Levels, pass.Counters, Stopwatch.GetElapsedTime(start), null);
        return TellMissing(volume, pass.MissingIn(disk));
    }

    private static void Tell(Multiscale volume, LevelSet levels, BuildCounters counters, TimeSpan took, long? read)
    {
        string voxels = read is { } bytes ? $"; {Amounts.Bytes(bytes)} of voxels read" : "";
        Console.WriteLine(
            $"{volume.Name}: levels {levels}: {counters.ChunksWritten} chunks, {Amounts.Bytes(counters.WrittenBytes)}, made in {Amounts.Time(took)}{voxels}; "
            + $"{counters.ChunksEmpty} chunks are all fill and have no file");
    }

    private static int TellMissing(Multiscale volume, long missing)
    {
        if (missing == 0) return 0;
        IReadOnlyList<Core.Sources.SourceProblem> bad = SourceCheck.BadSlices(CachePass.Scope(volume));
        Console.Error.WriteLine(
            bad.Count == 0
                ? $"zarrfs: {volume.Name}: {missing} chunks are not in the cache any more: another process has needed the room; give more --cache-size"
                : $"zarrfs: {volume.Name}: {SourceCheck.Count(bad.Count)}; the {missing} chunks made of {(bad.Count == 1 ? "it" : "them")} are not kept\n{SourceCheck.List(bad)}");
        return 1;
    }

    /// <summary>A cache that is too small would let chunks go while others are made.</summary>
    private static void CheckRoom(IReadOnlyList<Multiscale> volumes, LevelSet[] levels, RegionPass[] boxes, long limit)
    {
        Int128 needed = 0;
        for (int i = 0; i < volumes.Count; i++) needed += boxes.Length > 0 ? CacheSpace.BytesOf(volumes[i], boxes[i].Chunks) : CacheSpace.BytesOf(volumes[i], levels[i]);
        if (needed <= limit) return;
        throw new OptionException(
            "--cache-size", $"{Amounts.Bytes(limit)} is too little: what is asked for takes {Amounts.Bytes((double)needed)} at most; give that much, or make fewer (--levels, --region)");
    }
}
