using ZarrFs.Core.Chunks;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources.Changes;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Cache.Disk;

/// <summary>
/// Takes over what was kept of a volume in an earlier run although some of its source's files have changed since: the directory of that state
/// gets the name of the new one when all chunks that the changed voxels go into are gone from it. Only while no other process has the cache open.
/// </summary>
/// <remarks>
/// The chunks go first, while the directory still has its old name, for which what stays is right too; then, with all of that on the disk, the
/// list of files becomes the new one; then the name. Killed in between, the next start goes on from there; and where the source is then again
/// what the old name says, the volume writes the old list of files before it puts anything.
/// </remarks>
internal sealed class Adoption(CacheDirectory directory, Multiscale volume, IReadOnlyList<LevelPlace> places)
{
    /// <summary>Name in <see cref="CacheDirectory.Own"/> of the list of the files that a volume's chunks were made from.</summary>
    public const string ManifestFile = "source";

    // Of a million files with long names.
    private const long MostManifestBytes = 256 << 20;

    /// <summary>What a volume's chunks are made from, to compare with in a later run; null if its source cannot be compared.</summary>
    /// <param name="volume">The volume.</param>
    /// <param name="view">All that decides chunks besides the source's files.</param>
    public static SourceManifest? ManifestOf(Multiscale volume, string view) =>
        volume.Volume.Source.Manifest() is { } manifest ? manifest with { Identity = $"{view}\n{manifest.Identity}" } : null;

    /// <summary>Looks for an earlier state of a volume and takes over what is left of it.</summary>
    /// <param name="name">Name of the directory of the state now, which is not there.</param>
    /// <param name="now">That state.</param>
    public void TryAdopt(string name, SourceManifest now)
    {
        string own = Path.Combine(directory.Root, name);
        if (Directory.Exists(own) || !AreThereOthers()) return;
        directory.TryAlone(() =>
        {
            (string Path, IReadOnlyList<VoxelBox> Changed)? earlier = Find(now);
            if (earlier is null || Directory.Exists(own)) return;
            using (var old = new CachedVolume(directory, Path.GetFileName(earlier.Value.Path), VolumeLayout.Of(places), documents: null))
            {
                if (!old.TryRemove(key => IsChanged(key, earlier.Value.Changed))) return;
            }

            string unfinished = directory.NextTemporary();
            CacheFiles.Write(unfinished, now.ToBytes()).Dispose();
            File.Move(unfinished, ManifestPath(earlier.Value.Path), overwrite: true);
            Directory.Move(earlier.Value.Path, own);
        });
    }

    private bool AreThereOthers() => Directory.EnumerateDirectories(directory.Root).Any(static path => File.Exists(ManifestPath(path)));

    /// <summary>The state of the volume that was used last, if it can be compared with that of now.</summary>
    private (string Path, IReadOnlyList<VoxelBox> Changed)? Find(SourceManifest now)
    {
        foreach (string path in Directory.EnumerateDirectories(directory.Root).Where(static path => File.Exists(ManifestPath(path))).OrderByDescending(LastUse))
        {
            var file = new FileInfo(ManifestPath(path));
            if (file.Length > MostManifestBytes) continue;
            if (SourceManifest.Parse(File.ReadAllBytes(file.FullName)) is { } earlier && now.ChangedSince(earlier) is { } changed) return (path, changed);
        }

        return null;
    }

    private bool IsChanged(DiskKey key, IReadOnlyList<VoxelBox> changed)
    {
        VoxelBox feed = ChunkFeed.Of(volume, places[key.Level].Keys.Address(0, key.Level, key.Number));
        return changed.Any(box => box.Overlaps(feed));
    }

    private static DateTime LastUse(string path) => File.GetLastWriteTimeUtc(Path.Combine(path, CacheDirectory.Own, CacheDirectory.IndexFile));

    private static string ManifestPath(string path) => Path.Combine(path, CacheDirectory.Own, ManifestFile);
}
