using ZarrFs.Core.Failures;
using ZarrFs.Core.Tiff;

namespace ZarrFs.Core.Sources;

/// <summary>Opens the images of a TIFF file, or of the set of files that it names.</summary>
internal static class ImageFile
{
    /// <summary>Opens all images, or the one that <see cref="SourceOptions.Series"/> picks; the main one first.</summary>
    /// <param name="path">Absolute path of the file.</param>
    /// <param name="metadata">Its directory's <c>meta.json</c>, if the user named the directory.</param>
    /// <param name="options">How it is opened.</param>
    /// <exception cref="SourceException">The file, or its main image, cannot be read.</exception>
    /// <exception cref="OptionException">There is no such image.</exception>
    public static IReadOnlyList<StackSource> OpenAll(string path, VolumeMetadata? metadata, SourceOptions options)
    {
        List<string> unread = [];
        string directory = Path.GetDirectoryName(path)!;
        SourceFile file = DirectoryListing.Single(path);
        TiffFile tiff = Directories(directory, file, options.Photometric);
        SeriesSet set = SeriesFinder.Find(directory, file, tiff);
        if (options.Series is { } wanted)
        {
            if ((uint)wanted >= (uint)set.Series.Count) throw NoSuchSeries(path, wanted, set.Series.Select(static series => series.Name));
            return [Open(wanted)];
        }

        List<StackSource> sources = [];
        try
        {
            // The main image last: its list of what is not shown has to be complete.
            for (int i = set.Series.Count - 1; i > 0; i--)
            {
                try
                {
                    sources.Insert(0, Open(i));
                }
                catch (SourceException failure)
                {
                    unread.Insert(0, $"image {i} ({set.Series[i].Name ?? set.Series[i].Origin}): {failure.Message}");
                }
            }

            sources.Insert(0, Open(0));
            return sources;
        }
        catch
        {
            foreach (StackSource source in sources) source.Dispose();
            throw;
        }

        StackSource Open(int index) => new(
            new Stack
            {
                Path = path,
                Directory = directory,
                // Sources do not share what they find out about a file, nor the limit of open ones.
                Files = [.. set.Files.Select((other, i) => other.Copy(i == 0 ? tiff : null))],
                Series = set.Series.Count == 1 ? set.Series[0] with { Name = null } : set.Series[index],
                Others = index == 0 ? [.. set.Others, .. unread] : [],
                Variant = index == 0 ? "" : $" {index}",
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
    public static TiffFile Directories(string directory, SourceFile file, Photometric photometric)
    {
        TiffFile? tiff = null;
        using FileCache files = new(directory, 1, (listed, handle, name) =>
        {
            tiff = TiffFile.Read(handle, name, listed.Size, like: null, photometric);
            return new OpenFile(listed, handle, name, tiff);
        });
        if (files.Acquire(file) is not { } open) throw file.Failure!;
        files.Release(open);
        return tiff!;
    }
}
