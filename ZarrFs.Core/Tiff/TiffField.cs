namespace ZarrFs.Core.Tiff;

/// <summary>One entry of a directory.</summary>
/// <param name="Tag">Which tag.</param>
/// <param name="Type">Type of its values; may be one that no specification names.</param>
/// <param name="Count">Number of values, as the file says, unchecked.</param>
/// <param name="Offset">Where the values are in the file: inside the entry itself if they fit there; unchecked.</param>
public readonly record struct TiffField(TiffTag Tag, TiffFieldType Type, ulong Count, ulong Offset);
