using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Materialize;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Materialize.Verifying;
using ZarrFs.Core.Pyramid;
using ZarrFs.Host.Catalog;
using ZarrFs.Host.Configuration;
using ZarrFs.Host.Progress;

namespace ZarrFs.Host.Commands;

/// <summary><c>zarrfs verify STORE SOURCE</c>.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var store = new Argument<string>("STORE") { Description = "The directory of a finished store." };
        var source = new Argument<string>("SOURCE") { Description = "What it was made from." };
        Option<string?> progress = MaterializeArguments.ProgressOption();
        var view = new ViewArguments(forStores: true);
        var program = new ProgramArguments(forStores: true);
        var command = new Command(
            "verify",
            "Compare each chunk of a store with what its source makes, at every level. Chunks, levels, type and method are taken from the store; "
            + "ranges, shift, channel and time must be said again. Exits with 0 if all are equal, 1 if not.\n\n"
            + "Example: zarrfs verify /data/scroll1.zarr /data/scroll1/slices")
        {
            store, source, progress,
        };
        view.AddTo(command);
        program.AddTo(command);
        command.SetAction(parsed =>
        {
            string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(parsed.GetRequiredValue(store)));
            StoreFacts facts = StoreFacts.Read(path);
            Action<VolumeOptions> given = view.Read(parsed);
            Settings settings = program.Read(parsed, [parsed.GetRequiredValue(source)], volume =>
            {
                Take(facts, volume);
                given(volume);
            });
            return Run(path, facts, settings, ProgressStyles.Parse(parsed.GetValue(progress)));
        });
        return command;
    }

    private static int Run(string path, StoreFacts facts, Settings settings, ProgressStyle style)
    {
        using var interruption = new Interruption();
        var limit = new MemoryLimit(settings.AskedMemory, settings.Scratch);
        using var pool = new BufferPool(limit.MostBuffers);
        using var catalog = new VolumeCatalog(settings.Volumes, pool, NullLogger.Instance, mustRead: true);
        Multiscale volume = catalog.Single();
        int workers = settings.Threads ?? Environment.ProcessorCount;
        StoreTarget target = StoreTarget.New(path, volume, catalog.Channels[0], facts.Format, facts.Codec);
        long bytes = StoreVerifier.MemoryBytes(target.Levels, workers);
        pool.Reserve(bytes);
        // Which slices must be decoded is only known when all were looked at; what is bad is told as a difference.
        try
        {
            ShareProgress.Run(style, "check", progress => volume.Volume.Source.CheckAll(progress, interruption.Token));
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            Console.Error.WriteLine("zarrfs: stopped before anything was compared");
            return Interruption.ExitCode;
        }

        BuildPlan plan = limit.Plan(new BuildScope(volume, facts.Format is StoreFormat.Ome04 or StoreFormat.Array2), bytes, workers);
        return new Verification(path, plan, target.Levels, target.Documents([])).Run(pool, style, interruption.Token);
    }

    /// <summary>What the store says of the view that it was made from.</summary>
    private static void Take(StoreFacts facts, VolumeOptions volume)
    {
        volume.ChunkSize = facts.Chunk;
        volume.Levels = $"{facts.Levels}";
        volume.Type = facts.Type;
        if (facts.Method is { } method) volume.Downsample = method;
        volume.OnBadSlice = facts.HasBadSlices ? "fill" : "fail";
    }
}
