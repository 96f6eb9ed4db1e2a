using System.IO.Enumeration;
using System.Security.Cryptography;
using System.Text;
using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Sources.Zarr;

/// <summary>
/// The identity of an array's voxels without looking at its chunks, of which there may be millions: the documents, and the times of the
/// directories that hold the chunks, which change when a chunk is added, taken away or replaced by renaming. A chunk that is overwritten
/// in its place goes unnoticed.
/// </summary>
internal static class ZarrFingerprint
{
    // A tenth of a second of looking at directories; those of the largest scrolls are 7000.
    private const int MostDirectories = 20_000;

    /// <summary>32 hexadecimal digits, and the newest time among documents and directories.</summary>
    /// <exception cref="SourceException">A directory cannot be listed.</exception>
    public static (string Fingerprint, DateTimeOffset LastModified) Of(ZarrArray array, ZarrGroup? group, VolumeMetadata? volume)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        DateTime newest = DateTime.MinValue;
        foreach (ZarrDocument? document in (ZarrDocument?[])[array.Document, group?.Document])
        {
            if (document is null) continue;
            hash.AppendData(document.Content);
            if (document.Modified > newest) newest = document.Modified;
        }

        if (volume is not null) hash.AppendData(volume.Content);
        try
        {
            foreach ((string name, DateTime modified) in Directories(array).OrderBy(static directory => directory.Name, StringComparer.Ordinal))
            {
                hash.AppendData(Encoding.UTF8.GetBytes($"{name}\0{modified.Ticks}\n"));
                if (modified > newest) newest = modified;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SourceException(array.Directory, $"cannot be listed: {failure.Message}", failure);
        }

        return (Convert.ToHexStringLower(hash.GetHashAndReset())[..32], new DateTimeOffset(newest, TimeSpan.Zero));
    }

    private static IEnumerable<(string Name, DateTime Modified)> Directories(ZarrArray array)
    {
        yield return ("", Directory.GetLastWriteTimeUtc(array.Directory));
        // With names like 0.0.0 all chunks lie in the array's directory, and a listing would be of them.
        if (array.Keys.Separator != '/') yield break;
        int depth = array.Shape.Count - (array.Keys.HasPrefix ? 1 : 2); // the folders of the last one hold chunks only
        if (depth < 0) yield break;
        EnumerationOptions options = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false, RecurseSubdirectories = depth > 0, MaxRecursionDepth = depth };
        FileSystemEnumerable<(string, DateTime)> below = new(
            array.Directory, static (ref FileSystemEntry entry) => (DirectoryListing.RelativeName(ref entry), entry.LastWriteTimeUtc.UtcDateTime), options)
        {
            ShouldIncludePredicate = static (ref FileSystemEntry entry) => entry.IsDirectory,
        };
        foreach ((string, DateTime) directory in below.Take(MostDirectories)) yield return directory;
    }
}
