namespace ZarrFs.Core.Failures;

/// <summary>A store that cannot be written or read: a full disk, a damaged chunk, a directory that is something else. Names the file.</summary>
public sealed class StoreException : Exception
{
    /// <param name="path">The file or directory the trouble is in.</param>
    /// <param name="message">What was found, what was expected, what to do next; the path is put before it.</param>
    /// <param name="inner">The cause, if there is one.</param>
    public StoreException(string path, string message, Exception? inner = null)
        : base($"{path}: {message}", inner) => Path = path;

    /// <summary>The file or directory the trouble is in.</summary>
    public string Path { get; }
}
