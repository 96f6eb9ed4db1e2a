using ZarrFs.Core.Chunks;

namespace ZarrFs.Tests.Mount;

/// <summary>A process that waits for an answer of its own mount, which never comes: killed, it cannot end.</summary>
internal static class MountChild
{
    public const string Command = "mount";

    public static void Run(string directory)
    {
        using var mounted = new MountedTree(directIo: true, directory: directory);
        mounted.ChunkReader.Make = static (ChunkAddress _, CancellationToken cancellation) => Task.Delay(Timeout.Infinite, cancellation);
        Task reader = Task.Factory.StartNew(() => File.ReadAllBytes(mounted.At("chunks/0")), TaskCreationOptions.LongRunning);
        Eventually.True(() => mounted.PendingReads == 1, "it waits for itself");
        Console.WriteLine("ready");
        reader.Wait();
    }
}
