namespace ZarrFs.Core.Failures;

/// <summary>A file of the source is no longer as it was when it was looked at. It is to be looked at anew and then read again. Names the file.</summary>
public sealed class SourceChangedException : SourceException
{
    /// <param name="path">The file.</param>
    /// <param name="message">What it was.</param>
    /// <param name="inner">The cause, if there is one.</param>
    public SourceChangedException(string path, string message, Exception? inner = null)
        : base(path, message, inner)
    {
    }
}
