namespace ZarrFs.Host.Http.Transport;

/// <summary>
/// Connection feature: sends a piece of a chunk from where it lies, in memory or in a file. Kestrel's own output would first copy it into 4 KiB blocks.
/// </summary>
internal interface ILendingOutput
{
    /// <summary>
    /// Makes the next <c>GetMemory(length)</c> stand for the bytes of the loan, so that <c>Advance(length)</c> and a flush send them; what it gives has
    /// no bytes. The response must have been started (its headers come first), and its length must be known (no chunked coding). If the
    /// bytes cannot be had, the connection is broken.
    /// </summary>
    void Lend(Loan loan);

    /// <summary>Ends the loan, whether or not it was used; the flush must have completed.</summary>
    void TakeBack();
}
