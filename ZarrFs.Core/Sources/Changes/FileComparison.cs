using ZarrFs.Core.Failures;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources.Changes;

/// <summary>Compares a source's files with what is on the disk now: one listing where they are a directory's, else a look at each.</summary>
internal static class FileComparison
{
    /// <param name="path">The source, for messages.</param>
    /// <param name="files">The files as they are known.</param>
    /// <param name="pathOf">Their paths.</param>
    /// <param name="boxOf">The voxels that come from each.</param>
    /// <param name="listed">What their directory has now; null if the source is not a directory's files.</param>
    /// <param name="passedOver">Names in that listing that are known to be no part of the source.</param>
    /// <exception cref="SourceException">Files cannot be looked at, or all of them are gone: a disk that is not there is no change of its files.</exception>
    public static SourceLook Compare(
        string path, IReadOnlyList<SourceFile> files, Func<SourceFile, string> pathOf, Func<SourceFile, VoxelBox> boxOf,
        IReadOnlyList<SourceFile>? listed, IReadOnlyCollection<string> passedOver)
    {
        Dictionary<string, SourceFile>? byName = listed?.ToDictionary(static file => file.Name, StringComparer.Ordinal);
        List<SourceChange> changes = [];
        int gone = 0;
        foreach (SourceFile file in files)
        {
            SourceFile? now = null;
            if (byName?.Remove(file.Name, out now) != true) now = DirectoryListing.Find(pathOf(file));
            if (now is null) gone++;
            if (Difference(file, now) is not { } kind) continue;
            changes.Add(new SourceChange(pathOf(file), kind, boxOf(file)) { Size = now?.Size ?? SourceFile.Gone, Modified = now?.Modified ?? default, File = file });
        }

        if (gone == files.Count) throw new SourceException(path, $"none of its {files.Count} files is there any more");
        foreach (string name in passedOver) byName?.Remove(name);
        return changes.Count == 0 && byName is null or { Count: 0 } ? SourceLook.Nothing : new SourceLook(changes, Describe(byName));
    }

    private static SourceChangeKind? Difference(SourceFile known, SourceFile? now)
    {
        if (now is null) return known.IsGone ? null : SourceChangeKind.Gone;
        if (known.IsGone) return SourceChangeKind.Back;
        return now.Size != known.Size || now.Modified != known.Modified || known.IsSuspect ? SourceChangeKind.Changed : null;
    }

    private static string? Describe(Dictionary<string, SourceFile>? added) => added switch
    {
        null or { Count: 0 } => null,
        { Count: 1 } => $"1 new file appeared ({added.Keys.First()})",
        _ => $"{added.Count} new files appeared ({added.Keys.Min(StringComparer.Ordinal)} …)",
    };
}
