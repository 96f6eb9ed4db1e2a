using ZarrFs.Core.Codecs;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;

namespace ZarrFs.Core.Materialize.Stores;

/// <summary>A store to write: where, what goes where in it, and what may be done to what is there already.</summary>
public sealed record StoreTarget
{
    /// <summary>Absolute path of the store's directory.</summary>
    public required string Path { get; init; }

    /// <summary>For each level of the builder its place, or null for one that is only read.</summary>
    public required IReadOnlyList<LevelPlace?> Levels { get; init; }

    /// <summary>The metadata documents, in the order in which they are put in place; asked for at the end, with all problems found.</summary>
    public required Func<IReadOnlyList<SourceProblem>, IReadOnlyList<StoreDocument>> Documents { get; init; }

    /// <summary>All that decides the bytes.</summary>
    public required BuildIdentity Identity { get; init; }

    /// <summary>When what was written is forced to the disk.</summary>
    public Durability Durability { get; init; }

    /// <summary>Whether a store that is there may be deleted; with <see cref="Extends"/>, whether levels that are there may be replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>
    /// True to write levels into a store that exists. They are made inside <c>.zarrfs</c> and put in place at the end, so readers see the old
    /// levels until the new ones are whole.
    /// </summary>
    public bool Extends { get; init; }

    /// <summary>Directories of levels that the store will no longer have; with <see cref="Extends"/> only.</summary>
    public IReadOnlyList<string> Removes { get; init; } = [];

    /// <summary>Most threads that write at the same time: as many buffers are kept for a codec.</summary>
    public int Writers { get; init; } = Environment.ProcessorCount;

    /// <summary>A new store that shows a multiscale.</summary>
    /// <exception cref="OptionException">Its chunks are too large for the codec.</exception>
    public static StoreTarget New(string path, Multiscale multiscale, IReadOnlyList<OmeroChannel> channels, StoreFormat format, Codec? codec)
    {
        if (codec is not null && codec.MostEncodedBytes(multiscale.ChunkBytes) > Array.MaxLength)
        {
            throw new OptionException(
                "--chunk-size", $"a chunk of {multiscale.Chunk} has {multiscale.ChunkBytes} bytes, which {codec.Name} may make more than the {Array.MaxLength} of a file that is read at once; give smaller chunks");
        }

        return new StoreTarget
        {
            Path = path,
            Levels = StoreLayout.Places(multiscale, format, codec),
            Documents = problems => StoreLayout.Documents(multiscale, channels, format, codec, problems),
            Identity = BuildIdentity.Of(multiscale, channels, format, codec),
        };
    }
}
