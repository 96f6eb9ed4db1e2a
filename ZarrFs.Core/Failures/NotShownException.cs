namespace ZarrFs.Core.Failures;

/// <summary>A volume that was shown when it was asked for and is not any more.</summary>
/// <param name="path">The source it was read from.</param>
public sealed class NotShownException(string path) : SourceException(path, "is not shown any more");
