namespace ZarrFs.Core.Failures;

/// <summary>A well-formed source with a property that ZarrFs does not read. Names file, property and value.</summary>
public sealed class UnsupportedException : SourceException
{
    /// <param name="path">The file.</param>
    /// <param name="message">The property, its value, and what is supported.</param>
    public UnsupportedException(string path, string message)
        : base(path, message)
    {
    }
}
