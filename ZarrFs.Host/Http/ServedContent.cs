using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Tree;

namespace ZarrFs.Host.Http;

/// <summary>What the server shows.</summary>
/// <param name="Tree">The names.</param>
/// <param name="Chunks">The chunks behind them.</param>
/// <param name="Pool">The memory the chunks lie in: a quarter of its budget may be on its way to clients.</param>
/// <param name="Volumes">Asked anew for each start page, since problems are found while reading.</param>
public sealed record ServedContent(IFileTree Tree, IChunkReader Chunks, BufferPool Pool, Func<IReadOnlyList<VolumeFacts>> Volumes)
{
    /// <summary>Asked anew for what is in the disk cache; null without one.</summary>
    public Func<CacheFacts?>? Cache { get; init; }

    /// <summary>Asked anew for the number of chunks whose preview somebody has and whose exact bytes have not come since; null without previews.</summary>
    public Func<long>? Provisional { get; init; }
}
