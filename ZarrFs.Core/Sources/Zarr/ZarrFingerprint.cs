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
        foreach (ZarrDocument? document in (ZarrDocument?[])[array.Document, array.Attributes, group?.Document])
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
        // The last folders hold chunks only; with names like 0.0.0 all chunks lie in the array's directory, and a listing would be of them.
        if (array.Folders == 0) yield break;
        EnumerationOptions options = ChunkFolders.Options(array.Folders - 1);
        FileSystemEnumerable<(string, DateTime)> below = new(
            array.Directory, static (ref FileSystemEntry entry) => (DirectoryListing.RelativeName(ref entry), entry.LastWriteTimeUtc.UtcDateTime), options)
        {
            ShouldIncludePredicate = static (ref FileSystemEntry entry) => ChunkFolders.IsOne(ref entry),
            ShouldRecursePredicate = static (ref FileSystemEntry entry) => ChunkFolders.IsOne(ref entry),
        };
        foreach ((string, DateTime) directory in below.Take(MostDirectories)) yield return directory;
    }
}
