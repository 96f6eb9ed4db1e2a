using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources.Grouping;
using ZarrFs.Core.Tiff;
using ZarrFs.Core.Tiff.Descriptions;

namespace ZarrFs.Core.Sources;

/// <summary>
/// Finds out what the pages of a file are: by OME-XML, else ImageJ's, tifffile's or Micro-Manager's description, else pages along z. A
/// description that is malformed or contradicts the pages is not used; <see cref="SeriesSet.Others"/> says why.
/// </summary>
internal static class SeriesFinder
{
    /// <summary>Groups the pages of a file, and of the files that its OME-XML names, into images.</summary>
    /// <param name="directory">Where the file is; companions are looked for there.</param>
    /// <param name="file">The file as it was listed.</param>
    /// <param name="tiff">Its directories.</param>
    /// <param name="root">Where companions may really lie.</param>
    /// <exception cref="SourceException">No page can be read, or the file no longer.</exception>
    public static SeriesSet Find(string directory, SourceFile file, TiffFile tiff, SourceRoot root)
    {
        TiffDescription description = TiffDescription.Read(Path.Combine(directory, file.Name), root.Check);
        List<string> notes = [];
        if (description.Problem is { } problem) notes.Add($"the description cannot be read: {problem}");
        if (OmeReader.IsOme(description.Text) && OmeSet.Find(directory, file, tiff, description.Text!, root, notes) is { } images) return images;
        PageGroups pages = PageGroups.Of(tiff);
        return new SeriesSet([file], Describe(pages, description, notes), [.. notes, .. pages.Others()]);
    }

    /// <summary>The images of a companion file: OME-XML that stands by itself and names the TIFF files beside it.</summary>
    /// <param name="directory">Where it is; the files are looked for there.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="root">Where they all may really lie.</param>
    /// <exception cref="SourceException">It cannot be read, is no OME-XML, or none of its files can be read.</exception>
    public static SeriesSet FindCompanion(string directory, string name, SourceRoot root) => OmeSet.FindCompanion(directory, name, root);

    private static IReadOnlyList<ImageSeries> Describe(PageGroups pages, TiffDescription description, List<string> notes)
    {
        if (ImageJDescription.Parse(description.Text) is { } imageJ) return [ImageJSeries.Of(pages, description, imageJ, notes)];
        if (ShapedDescription.Parse(description.Text) is { } shaped && ShapedSeries.Of(pages, description, shaped, notes) is { } series) return [series];
        if (description.MicroManager() is { } manager && MicroManagerSeries.Of(pages, manager, notes) is { Count: > 0 } positions) return positions;
        return [PageStack.Of(pages, description)];
    }
}
