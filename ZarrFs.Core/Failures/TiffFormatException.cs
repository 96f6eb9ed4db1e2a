namespace ZarrFs.Core.Failures;

/// <summary>A file that is not a well-formed TIFF. Names file, page, tag and what was expected.</summary>
public sealed class TiffFormatException : SourceException
{
    /// <param name="path">The file.</param>
    /// <param name="message">Page, tag, what was found, what was expected.</param>
    /// <param name="inner">The cause, if there is one.</param>
    public TiffFormatException(string path, string message, Exception? inner = null)
        : base(path, message, inner)
    {
    }
}
