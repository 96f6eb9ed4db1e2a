namespace ZarrFs.Core.Failures;

/// <summary>A source that cannot be opened or read: missing, short, of another shape or type, or failing on disk. Names the file.</summary>
public class SourceException : Exception
{
    /// <param name="path">The file or directory the trouble is in.</param>
    /// <param name="message">What was found and what was expected; the path is put before it.</param>
    /// <param name="inner">The cause, if there is one.</param>
    public SourceException(string path, string message, Exception? inner = null)
        : base($"{path}: {message}", inner)
    {
        Path = path;
        Detail = message;
    }

    /// <summary>The file or directory the trouble is in.</summary>
    public string Path { get; }

    /// <summary>The message without the path.</summary>
    public string Detail { get; }
}
