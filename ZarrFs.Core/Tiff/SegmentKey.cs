namespace ZarrFs.Core.Tiff;

/// <summary>One strip or tile.</summary>
/// <param name="File">The file's identity (the object that stands for it).</param>
/// <param name="Page">0-based place in the chain of directories.</param>
/// <param name="Segment">Number in the page, as the offsets are ordered: all those of the first sample plane first.</param>
internal readonly record struct SegmentKey(object File, int Page, long Segment);
