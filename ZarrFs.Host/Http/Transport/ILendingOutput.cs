using Microsoft.Win32.SafeHandles;
using ZarrFs.Host.Files;

namespace ZarrFs.Host.Http.Transport;

/// <summary>
/// Connection feature: sends a piece of a chunk from where it lies, in memory or in a file. Kestrel's own output would first copy it into 4 KiB blocks.
/// </summary>
internal interface ILendingOutput
{
    /// <summary>
    /// Makes the next <c>GetMemory(length)</c> give the chunk's own bytes, so that <c>Advance(length)</c> and a flush send them. The
    /// response must have been started (its headers come first), its length must be known (no chunked coding), and the bytes must stay
    /// as they are until <see cref="TakeBack"/>.
    /// </summary>
    void Lend(ReadOnlyMemory<byte> bytes);

    /// <summary>
    /// The same for bytes of a file: what <c>GetMemory</c> gives then is only for <c>Advance</c>, and has no bytes. A client that is slow to take
    /// them holds next to no memory. If the file ends too early, the connection is broken.
    /// </summary>
    /// <param name="file">To be left open until <see cref="TakeBack"/>.</param>
    /// <param name="offset">Where in it.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="disk">Waits for the disk.</param>
    void Lend(SafeFileHandle file, long offset, int length, DiskThreads disk);

    /// <summary>Ends the loan, whether or not it was used; the flush must have completed.</summary>
    void TakeBack();
}
