namespace ZarrFs.Core.Sources;

/// <summary>The images that a TIFF file, or the set of files that it names, holds.</summary>
/// <param name="Files">The files the planes are in; the first is the one that was opened.</param>
/// <param name="Series">The images to show, the main one first; at least one.</param>
/// <param name="Others">Pages that are not shown, in words for people: thumbnails, pages of another shape or type.</param>
internal sealed record SeriesSet(IReadOnlyList<SourceFile> Files, IReadOnlyList<ImageSeries> Series, IReadOnlyList<string> Others);
