namespace ZarrFs.Core.Scratch;

/// <summary>Files that are gone when the program is, however it ends.</summary>
internal static class NamelessFile
{
    /// <summary>A new file in a directory, whose name is there for no longer than an instant.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static FileStream Open(string directory)
    {
        string path = Path.Combine(directory, $"zarrfs-{Environment.ProcessId}-{Guid.NewGuid():N}.scratch");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        FileStream stream = new(path, options);
        try
        {
            // At once, not on closing: a killed program closes nothing.
            File.Delete(path);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }
}
