using System.Globalization;
using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Materialize.Stores;

/// <summary>Puts files in place as a whole or not at all: written under another name, then renamed.</summary>
/// <param name="store">The store's directory.</param>
/// <param name="temporary">Directory for unfinished files, of the same file system.</param>
/// <param name="sync">Forces files to the disk.</param>
/// <param name="failures">Makes the errors.</param>
internal sealed class ChunkFiles(string store, string temporary, IDiskSync sync, StoreFailures failures)
{
    private readonly WriteRoute _route = new();
    private long _next;

    /// <summary>Puts a file in place, in the place of any that is there.</summary>
    /// <param name="path">Its final name; directories are made as needed.</param>
    /// <param name="start">Its first bytes.</param>
    /// <param name="length">Its length; zeros follow <paramref name="start"/>, as a hole where the file system has holes.</param>
    /// <param name="durable">Whether it is on the disk before it gets its name. The name itself is not.</param>
    /// <exception cref="StoreException">It could not be written.</exception>
    public void Put(string path, ReadOnlySpan<byte> start, long length, bool durable)
    {
        string unfinished = Path.Combine(temporary, Interlocked.Increment(ref _next).ToString("x", CultureInfo.InvariantCulture));
        try
        {
            using (SafeFileHandle file = File.OpenHandle(unfinished, FileMode.CreateNew, FileAccess.Write, FileShare.Read))
            {
                _route.Write(file, start);
                if (length > start.Length) RandomAccess.SetLength(file, length);
                if (durable) sync.File(file);
            }

            Rename(unfinished, path, durable);
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            StoreException error = failures.Writing(path, failure);
            TryDelete(unfinished);
            throw error;
        }
    }

    /// <summary>Makes a directory of the store; on the disk with all above it, if wanted.</summary>
    public void MakeDirectory(string path, bool durable)
    {
        Directory.CreateDirectory(path);
        if (!durable) return;

        // Which of them are new nobody knows, so all names down from the store's are forced. Once a directory.
        for (string? above = Path.GetDirectoryName(path); above is not null && above.Length >= store.Length; above = Path.GetDirectoryName(above))
            sync.Directory(above);
    }

    /// <summary>Renames; the directory is made if that is what is missing: asking first would be a call more for every chunk.</summary>
    private void Rename(string from, string to, bool durable)
    {
        try
        {
            File.Move(from, to, overwrite: true);
        }
        catch (Exception failure) when (failure is DirectoryNotFoundException or FileNotFoundException && File.Exists(from))
        {
            MakeDirectory(Path.GetDirectoryName(to)!, durable);
            File.Move(from, to, overwrite: true);
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            // Whoever opens the store next deletes all unfinished files.
        }
    }
}
