namespace ZarrFs.Host.Mount;

/// <summary>A mountpoint that cannot be used, or a machine that cannot mount. Names the path and says what to do next.</summary>
public sealed class MountException : Exception
{
    /// <param name="path">The mountpoint.</param>
    /// <param name="message">What is in the way and what to do about it; the path is put before it.</param>
    /// <param name="inner">The cause, if there is one.</param>
    public MountException(string path, string message, Exception? inner = null)
        : base($"{path}: {message}", inner) => Path = path;

    /// <summary>The mountpoint.</summary>
    public string Path { get; }
}
