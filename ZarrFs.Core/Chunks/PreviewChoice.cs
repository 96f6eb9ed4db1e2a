using ZarrFs.Core.Pyramid;

namespace ZarrFs.Core.Chunks;

/// <summary>Decides whether a chunk is made exactly or as a preview.</summary>
/// <param name="volumes">The catalogue.</param>
/// <param name="options">What the user wants.</param>
/// <param name="rates">What the volumes' sources give.</param>
/// <param name="has">True for an exact chunk that is there, in memory or on a disk.</param>
internal sealed class PreviewChoice(IReadOnlyList<Multiscale> volumes, PreviewOptions options, IReadOnlyList<SourceRate> rates, Func<ChunkAddress, bool> has)
{
    /// <summary>The part of a second that all exact chunks together may take their source that somebody waits for.</summary>
    private const double Share = 0.25;

    /// <summary>
    /// Bytes that are read for an exact chunk however slow the source seems and however many wait: a small volume never has previews, and the rate
    /// of a busy machine is no reason for them.
    /// </summary>
    private const long AlwaysExact = 16 << 20;

    private const double Units = 1e6; // of a second, to count in integers

    private long _waiting;

    /// <summary>False if there are no previews at all.</summary>
    public bool IsOn => options.Mode != PreviewMode.Off;

    /// <summary>True if exact chunks may be made in place of previews when nobody waits.</summary>
    public bool Sharpens => options is { Mode: PreviewMode.Auto, Sharpens: true };

    /// <summary>True if an exact chunk is there.</summary>
    public bool Has(in ChunkAddress address) => has(address);

    /// <summary>True if a chunk that is not in memory would be made as a preview now.</summary>
    public bool IsPreviewed(in ChunkAddress address) => options.Mode switch
    {
        PreviewMode.Off => false,
        _ when address.Level == 0 => false,
        PreviewMode.Only => !has(address),
        _ => !ExactCost.IsWithin(volumes[address.Volume], address, Limit(address.Volume), has),
    };

    /// <summary>Notes that somebody waits for an exact chunk.</summary>
    /// <returns>To be given to <see cref="Leave"/>.</returns>
    public long Enter(in ChunkAddress address)
    {
        if (options is not { Mode: PreviewMode.Auto, ExactBudgetBytes: null }) return 0;
        double rate = rates[address.Volume].Now;
        long taken = (long)Math.Min(1e15, ExactCost.Of(volumes[address.Volume], address, (long)rate, has) / rate * Units);
        Interlocked.Add(ref _waiting, taken);
        return taken;
    }

    /// <summary>Notes that he has it, or has given up.</summary>
    public void Leave(long taken) => Interlocked.Add(ref _waiting, -taken);

    /// <summary>
    /// How many chunks side by side may be made in one go because somebody wants one of them, as far as previews have a say: half of what may
    /// be spent on one. Without a budget in bytes that goes for level 0 too: whole rows of a wide volume on a slow disk take seconds.
    /// </summary>
    public int MostInRow(in ChunkAddress address)
    {
        if (options.Mode != PreviewMode.Auto || (address.Level == 0 && options.ExactBudgetBytes is not null)) return int.MaxValue;
        double budget = options.ExactBudgetBytes ?? Math.Max(AlwaysExact, rates[address.Volume].Now * Share);
        double chunks = budget / 2 / ExactCost.OfAll(volumes[address.Volume], address);
        return chunks < 2 ? 1 : 1 << (int)Math.Log2(Math.Min(chunks, 1 << 30));
    }

    /// <summary>What may be read for an exact chunk that somebody wants; null for all that it needs.</summary>
    public ReadLimit? LimitOf(in ChunkAddress address) => options.Mode switch
    {
        PreviewMode.Off => null,
        _ when address.Level == 0 => null,
        PreviewMode.Only => new ReadLimit(0),
        _ => new ReadLimit(options.ExactBudgetBytes ?? Math.Max(AlwaysExact, (long)(rates[address.Volume].Now * Share))),
    };

    /// <summary>True if an exact chunk that is not there, whatever is said, can be made for so many bytes.</summary>
    public bool IsWithin(in ChunkAddress address, long limit)
    {
        ChunkAddress made = address;
        return ExactCost.IsWithin(volumes[address.Volume], address, limit, other => other != made && has(other));
    }

    /// <summary>What may be read for an exact chunk that nobody waits for: what the source gives in some seconds, or what is read at any time.</summary>
    public long BytesIn(int volume, double seconds) => Math.Max(AlwaysExact, (long)(rates[volume].Now * seconds));

    /// <summary>What an exact chunk costs; if that is above <paramref name="limit"/>, some number above it.</summary>
    public long Cost(in ChunkAddress address, long limit) => ExactCost.Of(volumes[address.Volume], address, limit, has);

    private long Limit(int volume) =>
        options.ExactBudgetBytes ?? Math.Max(AlwaysExact, (long)(rates[volume].Now * (Share - (Interlocked.Read(ref _waiting) / Units))));
}
