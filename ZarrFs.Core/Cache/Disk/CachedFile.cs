using Microsoft.Win32.SafeHandles;

namespace ZarrFs.Core.Cache.Disk;

/// <summary>
/// An open file of the disk cache that holds exactly one chunk, checked. It stays readable, and stays as it is, until disposed, whatever is
/// evicted or forgotten meanwhile.
/// </summary>
/// <param name="handle">Opened for reading. Owned from here on.</param>
/// <param name="length">Bytes of the chunk.</param>
public sealed class CachedFile(SafeFileHandle handle, int length) : IDisposable
{
    /// <summary>For positional reads, <c>sendfile</c>, or the kernel.</summary>
    public SafeFileHandle Handle { get; } = handle;

    /// <summary>Bytes of the chunk and of the file.</summary>
    public int Length { get; } = length;

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();
}
