using System.Text;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Tiff;
using ZarrFs.Core.Tiff.Descriptions;

namespace ZarrFs.Core.Sources.Grouping;

/// <summary>Finds the OME-XML of a file, in it or where it points to, and the images that it describes.</summary>
internal static class OmeSet
{
    private const string Ome = "the OME-XML is not used";

    /// <summary>The images of a file; null if its OME-XML is malformed or contradicts the pages, as <paramref name="notes"/> then says.</summary>
    public static SeriesSet? Find(string directory, SourceFile file, TiffFile tiff, string text, SourceRoot root, List<string> notes)
    {
        try
        {
            OmeDocument document = OmeReader.Read(text);
            OmeFiles files = new(directory, root);
            files.Add(file, tiff);
            files.Know(document.Uuid, file.Name);
            if (document.MetadataFile is { } elsewhere)
            {
                document = OmeReader.Read(Follow(directory, elsewhere, root));
                if (document.MetadataFile is not null) throw new FormatException($"{elsewhere}, to which it points, points elsewhere too");
                files.Know(document.Uuid, elsewhere);
            }

            return Build(document, files, file.Name, notes);
        }
        catch (FormatException failure)
        {
            notes.Add($"{Ome}: {failure.Message}");
            return null;
        }
    }

    /// <summary>The images of a companion file, which holds OME-XML alone.</summary>
    /// <exception cref="SourceException">It cannot be read, is no OME-XML, or none of its files can be read.</exception>
    public static SeriesSet FindCompanion(string directory, string name, SourceRoot root)
    {
        try
        {
            OmeDocument document = OmeReader.Read(ReadXml(Path.Combine(directory, name), root));
            if (document.MetadataFile is not null) throw new FormatException("it holds no images but points to another file");
            return Build(document, new OmeFiles(directory, root), opened: null, []);
        }
        catch (FormatException failure)
        {
            throw new SourceException(Path.Combine(directory, name), $"{Ome}: {failure.Message}", failure);
        }
    }

    private static SeriesSet Build(OmeDocument document, OmeFiles files, string? opened, List<string> notes)
    {
        List<string> told = [];
        OmeSeries series = new(files, document, opened, told);
        List<ImageSeries> images = [];
        foreach (OmeImage image in document.Images)
        {
            if (series.Of(image) is { } found) images.Add(found);
        }

        if (files.DescribeMissing() is { } missing) told.Add(missing);
        if (images.Count == 0) throw new FormatException(told.Count == 0 ? "it describes no image" : string.Join("; ", told));
        notes.AddRange(told);
        if (opened is not null)
        {
            HashSet<int> used = [.. images.SelectMany(static image => image.Planes.All()).Where(static place => place.Plane.File == 0).Select(static place => place.Plane.Page)];
            notes.AddRange(PageGroups.Describe(files.Open(0)!, page => !used.Contains(page)));
        }

        return new SeriesSet(files.Files, Named(images), notes);
    }

    /// <summary>Names are told apart; a single image needs none.</summary>
    private static List<ImageSeries> Named(List<ImageSeries> images)
    {
        if (images.Count == 1) return [images[0] with { Name = null }];
        HashSet<string> seen = new(StringComparer.OrdinalIgnoreCase);
        List<ImageSeries> named = [];
        foreach (ImageSeries image in images)
        {
            string name = image.Name!;
            for (int n = 2; !seen.Add(name); n++) name = $"{image.Name} ({n})";
            named.Add(image with { Name = name });
        }

        return named;
    }

    /// <summary>The OME-XML in another file: a companion, or the first TIFF of a set.</summary>
    private static string Follow(string directory, string name, SourceRoot root)
    {
        if (!OmeFiles.IsPlainName(name)) throw new FormatException($"it points to '{name}', which is no file in its directory");
        string path = Path.Combine(directory, name);
        bool isTiff = name.EndsWith(".tif", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tiff", StringComparison.OrdinalIgnoreCase);
        if (!isTiff) return ReadXml(path, root);
        try
        {
            TiffDescription description = TiffDescription.Read(path, root.Check);
            return OmeReader.IsOme(description.Text) ? description.Text! : throw new FormatException($"{name}, to which it points, has no OME-XML");
        }
        catch (SourceException failure)
        {
            throw new FormatException($"{name}, to which it points: {failure.Detail}", failure);
        }
    }

    private static string ReadXml(string path, SourceRoot root)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            root.Check(stream.SafeFileHandle, path);
            if (stream.Length is 0 or > OmeReader.Longest)
                throw new FormatException($"{Path.GetFileName(path)} has {stream.Length} bytes, expected 1 to {OmeReader.Longest}");
            using StreamReader reader = new(stream, Encoding.UTF8);
            return reader.ReadToEnd();
        }
        catch (Exception failure) when (failure is SourceException or IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"{Path.GetFileName(path)}: {failure.Message}", failure);
        }
    }
}
