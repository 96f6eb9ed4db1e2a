using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Materialize.Stores;

/// <summary>Says of what the system refuses what it means for the store, and how to go on.</summary>
/// <param name="store">The store's directory.</param>
/// <param name="stillNeeded">About how many bytes are still to be written.</param>
internal sealed class StoreFailures(string store, Func<long> stillNeeded)
{
    private const string GoOn = "run the same command again: it goes on where it stopped";

    private const long EnoughForAnyFile = 64 << 20;

    /// <summary>True for what files and directories fail with.</summary>
    public static bool IsFromSystem(Exception failure) => failure is IOException or UnauthorizedAccessException;

    /// <summary>The error for a file that could not be written.</summary>
    public StoreException Writing(string path, Exception failure)
    {
        if (!Directory.Exists(store))
            return new StoreException(path, $"cannot be written: {store} is gone. Put it back, or {GoOn} (from the beginning, if it stays away)", failure);
        string advice = failure.HResult switch
        {
            Libc.NoSpace or Libc.QuotaExceeded => $"{Free()}{Needed()}make room and {GoOn}",
            Libc.ReadOnlyFileSystem => $"the file system is read-only; {GoOn} once it can be written",
            Libc.InputOutput => $"the disk reports an error; see the system's log, then {GoOn}",
            _ => $"when that is put right, {GoOn}",
        };
        return new StoreException(path, $"cannot be written ({Reason(failure)}): {advice}", failure);
    }

    /// <summary>The error for a store that could not be begun or opened.</summary>
    public static StoreException Opening(string store, Exception failure) => new(
        store,
        $"cannot be made or opened ({failure.Message}); "
            + (failure.HResult is Libc.NoSpace or Libc.QuotaExceeded ? "make room and run the same command again" : "check the path and its permissions"),
        failure);

    /// <summary>The error for a chunk that is not what was written.</summary>
    public static StoreException Damaged(string path, string found, Exception? inner = null) =>
        new(path, $"{found}; the file was changed from outside or the disk lost it. Delete the file and {GoOn}", inner);

    /// <summary>Bytes for people.</summary>
    public static string Size(long bytes) => bytes switch
    {
        < 10_000 => $"{bytes} bytes",
        < 10_000_000 => $"{bytes / 1e3:0} kB",
        < 10_000_000_000 => $"{bytes / 1e6:0} MB",
        _ => $"{bytes / 1e9:0} GB",
    };

    /// <summary>What the system says, without the path that the exception names anyway.</summary>
    internal static string Reason(Exception failure)
    {
        int path = failure.Message.IndexOf(" : '", StringComparison.Ordinal);
        return path < 0 ? failure.Message.TrimEnd('.') : failure.Message[..path];
    }

    private string Needed() => stillNeeded() is > 0 and long bytes ? $"about {Size(bytes)} more are needed; " : "";

    private string Free()
    {
        try
        {
            long free = new DriveInfo(store).AvailableFreeSpace;
            // Small chunks of a large volume are more files than some disks can have.
            string files = free > Math.Max(stillNeeded(), EnoughForAnyFile) ? "so it is probably the number of files that is at its limit (df -i), " : "";
            return $"{Size(free)} are free there, {files}";
        }
        catch (Exception failure) when (IsFromSystem(failure) || failure is ArgumentException)
        {
            return "";
        }
    }
}
