using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Tiff;

/// <summary>Opens files to look at them, never to write.</summary>
internal static class ReadHandle
{
    /// <summary>Any sharing: a lock of another reader or writer is none of our business.</summary>
    /// <param name="path">The file.</param>
    /// <param name="size">Its bytes as they were listed.</param>
    /// <exception cref="TiffFormatException">It is empty. Pipes and devices have no size either, and opening a pipe would wait for its writer.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static SafeFileHandle Open(string path, long size)
    {
        if (size == 0) throw new TiffFormatException(path, TiffHeader.Empty);
        return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    }
}
