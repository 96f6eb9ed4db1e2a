using ZarrFs.Core.Codecs;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Host.Progress;

namespace ZarrFs.Host.Commands;

/// <summary>What store <c>zarrfs materialize</c> writes, and how: checked as far as it can be without the source.</summary>
internal sealed record StoreSettings
{
    /// <summary>Absolute path of the store's directory.</summary>
    public required string Path { get; init; }

    /// <summary>What kind of store.</summary>
    public required StoreFormat Format { get; init; }

    /// <summary>How chunks are compressed.</summary>
    public required Compression Compression { get; init; }

    /// <summary>When what was written is forced to the disk.</summary>
    public required Durability Durability { get; init; }

    /// <summary>Whether a store that is there, or levels of it, may be deleted.</summary>
    public required bool Overwrite { get; init; }

    /// <summary>Whether the finished store is compared with the source.</summary>
    public required bool Verify { get; init; }

    /// <summary>Whether nothing is to be written.</summary>
    public required bool DryRun { get; init; }

    /// <summary>Whether chunks that the disk cache has are taken from it.</summary>
    public required bool FromCache { get; init; }

    /// <summary>How it is told how far it is.</summary>
    public required ProgressStyle Progress { get; init; }

    /// <summary>The first level to make in a store that exists; null for a new store.</summary>
    public required int? FirstNewLevel { get; init; }

    /// <summary>True for a single array without levels.</summary>
    public bool IsArray => Format is StoreFormat.Array2 or StoreFormat.Array3;

    /// <summary>True for axes z, y, x of one channel and time point.</summary>
    public bool IsV2 => Format is StoreFormat.Ome04 or StoreFormat.Array2;
}
