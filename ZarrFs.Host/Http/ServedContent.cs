using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Http.Access;
using ZarrFs.Host.Http.Viewer;

namespace ZarrFs.Host.Http;

/// <summary>What the server shows.</summary>
/// <param name="Tree">The names.</param>
/// <param name="Chunks">The chunks behind them.</param>
/// <param name="Pool">The memory the chunks lie in: a quarter of its budget may be on its way to clients.</param>
/// <param name="Volumes">Asked anew for each start page, since problems are found while reading.</param>
public sealed record ServedContent(IFileTree Tree, IChunkReader Chunks, BufferPool Pool, Func<IReadOnlyList<VolumeFacts>> Volumes)
{
    /// <summary>The name of a volume, by its number in the tree; null if it is there no more.</summary>
    public Func<int, string?> NameOf { get; init; } = number => Volumes() is { } all && number < all.Count ? all[number].Name : null;

    /// <summary>Asked anew for what is in the disk cache; null without one.</summary>
    public Func<CacheFacts?>? Cache { get; init; }

    /// <summary>Asked anew for the number of chunks whose preview somebody has and whose exact bytes have not come since; null without previews.</summary>
    public Func<long>? Provisional { get; init; }

    /// <summary>Whether others than the machine's own users look at it: no page tells directories of the server then.</summary>
    public bool IsShared { get; init; }

    /// <summary>Whether there may be more that this caller does not see: figures of the whole service are not for him then.</summary>
    internal bool IsPart { get; init; }

    /// <summary>The built-in Neuroglancer; null where it was not built.</summary>
    internal ViewerFiles? Viewer { get; init; }

    /// <summary>Whether links for Neuroglancer lead to the built-in one; else they lead to the public one.</summary>
    internal bool HasViewer => Viewer is not null;

    /// <summary>The same, with directories taken out of all that is told.</summary>
    internal ServedContent WithoutDirectories() => this with
    {
        Volumes = () => [.. Volumes().Select(volume => volume.WithoutDirectories())],
        Cache = Cache is null ? null : () => Cache() is { } cache ? cache with { Directory = null } : null,
    };

    /// <summary>What there is for a caller: no page, listing or link that is made of it names a volume that he may not see.</summary>
    internal ServedContent For(Caller caller) => caller.Volumes is null
        ? this
        : this with
        {
            Tree = new RestrictedTree(Tree, number => NameOf(number) is { } name && caller.MaySee(name)),
            Volumes = () => [.. Volumes().Where(volume => caller.MaySee(volume.Name))],
            IsPart = true,
            Cache = null, // what is in it of other volumes is nobody else's business
            Provisional = null,
        };
}
