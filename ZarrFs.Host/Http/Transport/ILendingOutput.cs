using ZarrFs.Core.Cache;

namespace ZarrFs.Host.Http.Transport;

/// <summary>
/// Connection feature: sends a piece of a chunk from where it lies. Kestrel's own output would first copy it into 4 KiB blocks.
/// </summary>
internal interface ILendingOutput
{
    /// <summary>
    /// Makes the next <c>GetMemory(length)</c> give the chunk's own bytes, so that <c>Advance(length)</c> and a flush send them. The
    /// response must have been started (its headers come first), its length must be known (no chunked coding), and the lease must stay
    /// out until <see cref="TakeBack"/>.
    /// </summary>
    void Lend(Lease lease, int offset, int length);

    /// <summary>Ends the loan, whether or not it was used; the flush must have completed.</summary>
    void TakeBack();
}
