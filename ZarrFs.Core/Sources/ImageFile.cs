using ZarrFs.Core.Failures;
using ZarrFs.Core.Tiff;

namespace ZarrFs.Core.Sources;

/// <summary>Opens the images of a TIFF file, or of the set of files that it or its companion names.</summary>
internal static class ImageFile
{
    /// <summary>How the name of a file of OME-XML alone ends, which stands for the set of files that it names.</summary>
    public const string CompanionSuffix = ".companion.ome";

    /// <summary>Opens all images of a file, or the one that <see cref="SourceOptions.Series"/> picks; the main one first.</summary>
    /// <param name="path">Absolute path of the file; a companion stands for the set that it describes.</param>
    /// <param name="metadata">Its directory's <c>meta.json</c>, if the user named the directory.</param>
    /// <param name="options">How it is opened.</param>
    /// <exception cref="SourceException">The file, or its main image, cannot be read.</exception>
    /// <exception cref="OptionException">There is no such image.</exception>
    public static IReadOnlyList<StackSource> OpenAll(string path, VolumeMetadata? metadata, SourceOptions options)
    {
        string directory = Path.GetDirectoryName(path)!;
        SourceRoot root = options.RootOf(path);
        if (path.EndsWith(CompanionSuffix, StringComparison.OrdinalIgnoreCase))
            return Open(path, directory, SeriesFinder.FindCompanion(directory, Path.GetFileName(path), root), first: null, metadata, options);
        SourceFile file = DirectoryListing.Single(path);
        TiffFile tiff = Directories(directory, file, root, options.Photometric);
        return Open(path, directory, SeriesFinder.Find(directory, file, tiff, root), tiff, metadata, options);
    }

    /// <summary>Opens the images of a set of files.</summary>
    /// <param name="path">What the user named.</param>
    /// <param name="directory">Where the files are.</param>
    /// <param name="set">The images; at least one.</param>
    /// <param name="first">The directories of the set's first file, if they have been read.</param>
    /// <param name="metadata">The directory's <c>meta.json</c>.</param>
    /// <param name="options">How they are opened.</param>
    /// <exception cref="SourceException">The main image cannot be read.</exception>
    /// <exception cref="OptionException">There is no such image.</exception>
    public static IReadOnlyList<StackSource> Open(
        string path, string directory, SeriesSet set, TiffFile? first, VolumeMetadata? metadata, SourceOptions options)
    {
        List<string> unread = [];
        if (options.Series is { } wanted)
        {
            if ((uint)wanted >= (uint)set.Series.Count) throw NoSuchSeries(path, wanted, set.Series.Select(static series => series.Name));
            return [One(wanted)];
        }

        List<StackSource> sources = [];
        try
        {
            // The main image last: its list of what is not shown has to be complete.
            for (int i = set.Series.Count - 1; i > 0; i--)
            {
                try
                {
                    sources.Insert(0, One(i));
                }
                catch (SourceException failure)
                {
                    unread.Insert(0, $"image {i} ({set.Series[i].Name ?? set.Series[i].Origin}): {failure.Message}");
                }
            }

            sources.Insert(0, One(0));
            return sources;
        }
        catch
        {
            foreach (StackSource source in sources) source.Dispose();
            throw;
        }

        StackSource One(int index) => new(
            new Stack
            {
                Path = path,
                Directory = directory,
                // Sources do not share what they find out about a file, nor the limit of open ones.
                Files = [.. set.Files.Select((file, i) => file.Copy(i == 0 ? first : null))],
                Series = set.Series.Count == 1 ? set.Series[0] with { Name = null } : set.Series[index],
                Others = index == 0 ? [.. set.Others, .. unread] : [],
                Variant = index == 0 ? "" : $" {index}",
                Image = index,
                IsSelfDescribed = first is not null,
            },
            metadata,
            options);
    }

    /// <summary>The error for an image that is not there, with the list of those that are.</summary>
    public static OptionException NoSuchSeries(string path, int wanted, IEnumerable<string?> names)
    {
        string[] there = [.. names.Select(static (name, index) => name is null ? $"{index}" : $"{index} ({name})")];
        return new OptionException("--series", $"found {wanted}, expected one of the images in {path}: {string.Join(", ", there)}");
    }

    /// <summary>Reads the directories of a file that no source has opened yet.</summary>
    /// <exception cref="SourceException">It cannot be read.</exception>
    public static TiffFile Directories(string directory, SourceFile file, SourceRoot root, Photometric photometric)
    {
        TiffFile? tiff = null;
        using FileCache files = new(directory, root, 1, (listed, handle, name) =>
        {
            tiff = TiffFile.Read(handle, name, listed.Size, photometric: photometric);
            return new OpenFile(listed, handle, name, tiff);
        });
        if (files.Acquire(file) is not { } open) throw file.Failure!;
        files.Release(open);
        return tiff!;
    }
}
