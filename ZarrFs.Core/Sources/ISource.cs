using ZarrFs.Core.Sources.Changes;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources;

/// <summary>
/// Where voxels come from. All members are safe from any thread; nothing is opened for writing, ever.
/// </summary>
public interface ISource : IDisposable
{
    /// <summary>What it is, for people: <c>slices</c>, <c>cells</c>, <c>file</c>, <c>files</c> (a set that belongs together).</summary>
    string Kind { get; }

    /// <summary>How its arrangement was found, for people: <c>numbered slices</c>, <c>ImageJ hyperstack</c>, <c>OME-TIFF</c>.</summary>
    string Origin { get; }

    /// <summary>How the voxels lie in the files, for people: <c>LZW, one strip a page</c>, <c>uncompressed, tiles of 256×256</c>.</summary>
    string Encoding { get; }

    /// <summary>Absolute path of the directory or file.</summary>
    string Path { get; }

    /// <summary>A name if one is stated: the volume's in <c>meta.json</c>, the image's where a file holds several; else null.</summary>
    string? Name { get; }

    /// <summary>Voxels along t, c, z, y, x.</summary>
    VolumeShape Shape { get; }

    /// <summary>The type of a voxel as <see cref="Read"/> gives it.</summary>
    DataType DataType { get; }

    /// <summary>The distance between voxel centres, or null where the source states none.</summary>
    VoxelSize? VoxelSize { get; }

    /// <summary>The time between time points, or null where the source states none.</summary>
    TimeStep? TimeStep { get; }

    /// <summary>What the source says of each channel: one for each along c, or none at all.</summary>
    IReadOnlyList<ChannelInfo> Channels { get; }

    /// <summary>The boxes in which reading is cheapest; planners widen their reads to it.</summary>
    ReadUnit Unit { get; }

    /// <summary>Changes whenever a file's name, size or modification time does: the stable identity of the voxels.</summary>
    string Fingerprint { get; }

    /// <summary>The fingerprint as it would be if the source were opened now: another one after a change. Looks at every file's size and time.</summary>
    /// <exception cref="Failures.SourceException">A file is gone or cannot be looked at.</exception>
    string CurrentFingerprint() => Fingerprint;

    /// <summary>
    /// Looks at every file's size and time and tells which are no longer as the source knows them. Reads nothing of them and changes nothing.
    /// A source that cannot follow its files finds nothing.
    /// </summary>
    /// <exception cref="Failures.SourceException">The files cannot be looked at now.</exception>
    SourceLook Look() => SourceLook.Nothing;

    /// <summary>
    /// From now on reads what <see cref="Look"/> has found: what was known of these files, decoded voxels and failures too, is forgotten, and
    /// what was wrong with them leaves <see cref="Problems"/>. Quick. Whoever keeps voxels drops those of the changed files at the same moment.
    /// </summary>
    void TakeIn(IReadOnlyList<SourceChange> changes)
    {
    }

    /// <summary>
    /// The files as they are known now; null for a source whose files do not say by their names where their voxels stand, which cannot be
    /// compared with what it was.
    /// </summary>
    SourceManifest? Manifest() => null;

    /// <summary>The newest modification time of the files known when the source was opened.</summary>
    DateTimeOffset LastModified { get; }

    /// <summary>Where each slice, page or cell is missing or bad, as far as known by now. Grows while reading.</summary>
    IReadOnlyList<SourceProblem> Problems { get; }

    /// <summary>What is there but not shown, in words for people: thumbnails, pages of another shape, files without a place.</summary>
    IReadOnlyList<string> Others { get; }

    /// <summary>
    /// Reads <paramref name="region"/>, which lies inside <see cref="Shape"/>, into <paramref name="destination"/>: C order, little-endian,
    /// every byte written. Holes, and under <see cref="BadSlicePolicy.Fill"/> bad slices, are the fill value 0.
    /// </summary>
    /// <returns>False if the whole region is fill by the source's own knowledge (nothing was read from a file).</returns>
    /// <exception cref="Failures.SourceException">A file is short, corrupt, of another shape or type, changed since it was opened,
    /// or cannot be read, and the policy is <see cref="BadSlicePolicy.Fail"/>.</exception>
    bool Read(in Region region, Span<byte> destination);

    /// <summary>Opens every file and checks its header, so that <see cref="Problems"/> is complete. Long on large sources.</summary>
    void CheckAll(IProgress<double>? progress, CancellationToken cancellationToken);
}
