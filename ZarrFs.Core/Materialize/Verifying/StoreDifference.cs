namespace ZarrFs.Core.Materialize.Verifying;

/// <summary>Something in a store that is not as it should be.</summary>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Path">The file, relative to the store, with <c>/</c>.</param>
/// <param name="Message">What was found and what was expected, for people.</param>
public sealed record StoreDifference(StoreDifferenceKind Kind, string Path, string Message)
{
    /// <summary>The level of a chunk; null for anything else.</summary>
    public int? Level { get; init; }

    /// <summary>Of a chunk with other voxels, the first: t, c, z, y, x in the level; beyond its shape if it is in what overhangs.</summary>
    public IReadOnlyList<long>? Voxel { get; init; }

    /// <summary>That voxel in the store.</summary>
    public string? Found { get; init; }

    /// <summary>What it should be.</summary>
    public string? Expected { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Path}: {Message}";
}

/// <summary>Kinds of differences.</summary>
public enum StoreDifferenceKind
{
    /// <summary>A metadata document is missing, or says something else.</summary>
    Metadata,

    /// <summary>A chunk that is not all fill has no file.</summary>
    Missing,

    /// <summary>A chunk has other voxels.</summary>
    Voxels,

    /// <summary>A chunk cannot be read or decoded.</summary>
    Unreadable,

    /// <summary>A file in a level's directory that is no chunk of it.</summary>
    Extra,
}
