using ZarrFs.Core.Cache;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Host.Progress;

namespace ZarrFs.Host.Commands;

/// <summary><c>zarrfs materialize --dry-run</c>: what would be written, what it takes, and a short trial of how long. Nothing stays.</summary>
internal sealed class DryRun(StoreWork work, StoreSettings store, Func<BuildScope, BuildPlan> plan, long storeBytes)
{
    private static readonly TimeSpan TrialTime = TimeSpan.FromSeconds(2);

    /// <summary>Says it all on standard output.</summary>
    /// <returns>The exit code.</returns>
    public int Run(BadSlicePolicy policy, BufferPool pool, CancellationToken stop)
    {
        BuildScope scope = work.Scope;
        ShareProgress.Run(store.Progress, "check", progress => SourceCheck.Run(scope, policy, progress, stop));
        BuildPlan whole = plan(scope);
        Volume volume = scope.Volume.Volume;
        string directory = Existing(work.Target.Path);
        long free = new DriveInfo(directory).AvailableFreeSpace;
        Console.WriteLine($"{work.Target.Path} would be {work.Kind}");
        Console.WriteLine(StoreSummary.Levels(work));
        Fact("source", $"{volume.Shape} {volume.DataType.Name()}, {Amounts.Bytes(scope.VoxelBytes)}, {volume.Source.Kind} in {volume.Source.Path}");
        Fact("memory", $"{Amounts.Bytes(MemoryLimit.PeakBytes(whole, storeBytes))} at most, {whole.Workers} threads");
        if (!scope.Volume.FitsUnits) Fact("slow", InfoReport.UnitAdvice(scope.Volume));
        if (SourceCheck.BadSlices(scope) is { Count: > 0 } bad) Fact("bad", $"{SourceCheck.Count(bad.Count)}; zeros would stand in their place (zarrfs info lists them)");
        if (whole.ScratchBytes > 0) Fact("scratch", $"{Amounts.Bytes(whole.ScratchBytes)} at most, in {whole.Scratch!.Directory}, for what has no room in memory");
        Fact("free", $"{Amounts.Bytes(free)} on the file system of {directory}");
        if (free < StoreSummary.MostBytes(work))
            Fact("", $"that is too little if all chunks are written{(work.Codec is null ? "" : " and none gets smaller")}; chunks that are all fill take nothing");
        if (StorePlace.Obstacle(work.Target) is { } obstacle) Fact("refused", $"as it is now it would be: {obstacle}");
        if (store.Durability == Durability.Each) Fact("", "--durability each takes longer than the estimate below, which forces nothing to the disk");
        if (store.Verify) Fact("verify", "the finished store is read back and the source once more, which is not in the estimate below");
        BuildTrial trial = BuildTrial.Run(scope, plan, pool, work.Codec, directory, free, TrialTime, stop);
        Fact("time", Estimate(trial));
        if (trial.WrittenBytes > 0 && work.Codec is not null)
            Fact("size", $"about {Amounts.Bytes((double)trial.WrittenBytes / trial.VoxelBytes * trial.TotalVoxelBytes)}, an estimate from the same trial");
        return 0;
    }

    private static void Fact(string name, string value) => Console.WriteLine($"  {name,-8} {value}");

    private static string Estimate(BuildTrial trial) => trial.Estimate is { } estimate
        ? $"about {Amounts.Time(estimate)}: an estimate from {Amounts.Bytes(trial.VoxelBytes)} in the middle of the volume, written to this file system and deleted, in {Amounts.Time(trial.Elapsed)}"
        : $"unknown: not even one row of chunks was done in {Amounts.Time(trial.Elapsed)}";

    /// <summary>The nearest directory that exists: the store's, or the one it would be made in.</summary>
    private static string Existing(string path)
    {
        string? directory = path;
        while (directory is not null && !Directory.Exists(directory))
        {
            if (File.Exists(directory)) throw new StoreException(directory, "is a file, so no store can be made there; give another path");
            directory = Path.GetDirectoryName(directory);
        }

        return directory ?? throw new StoreException(path, "there is no directory above it; give another path");
    }
}
