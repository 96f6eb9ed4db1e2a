using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources.Zarr;

namespace ZarrFs.Core.Sources;

/// <summary>Opens what a path names, whatever kind of source it is.</summary>
public static class SourceOpener
{
    /// <summary>
    /// Opens all images of a path: several where a file holds several, the main one first, or the one that
    /// <see cref="SourceOptions.Series"/> picks. A path is a TIFF file, a companion (OME-XML alone), a directory of slices, of cells,
    /// or of a set of OME-TIFF files that belong together, or a Zarr array or OME-Zarr group; a directory whose only TIFF has several pages
    /// and no number for a name is that file.
    /// </summary>
    /// <exception cref="SourceException">There is nothing, nothing that is read, or it contradicts itself.</exception>
    /// <exception cref="OptionException">An option does not fit what is there.</exception>
    public static IReadOnlyList<ISource> OpenAll(string path, SourceOptions options)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        options = options with { Root = SourceRoot.Of(path, options.FollowSymlinks) };
        if (Directory.Exists(path)) return OpenDirectory(path, options);
        if (File.Exists(path) && options.Pattern is not null)
            throw new OptionException("--pattern", $"{path} is a file; a pattern is for the names of files in a directory");
        if (File.Exists(path)) return ImageFile.OpenAll(path, metadata: null, options);
        throw new SourceException(path, "does not exist, expected a TIFF file, a directory of them, or a Zarr directory");
    }

    /// <summary>Opens one image: the main one, or the one that <see cref="SourceOptions.Series"/> picks.</summary>
    /// <inheritdoc cref="OpenAll"/>
    public static ISource Open(string path, SourceOptions options) => OpenAll(path, options with { Series = options.Series ?? 0 })[0];

    private static IReadOnlyList<ISource> OpenDirectory(string directory, SourceOptions options)
    {
        if (ZarrDirectory.IsZarr(directory))
        {
            if (options.Pattern is not null) throw new OptionException("--pattern", $"{directory} is a Zarr directory; a pattern is for the names of TIFF files");
            return ZarrDirectory.OpenAll(directory, options);
        }

        if (options.Pattern is not null) return [SliceDirectory.OpenByPattern(directory, VolumeMetadata.Find(directory, options.RootOf(directory)), CheckSingle(directory, options))];
        List<SourceFile> files = DirectoryListing.Tiffs(directory);
        if (files.Count == 0)
        {
            if (SliceDirectory.OpenFolders(directory, CheckSingle(directory, options)) is { } folders) return [folders];
            throw new SourceException(directory, "no TIFF files in this directory, expected files that end in .tif or .tiff, or a Zarr array or group");
        }

        VolumeMetadata? metadata = VolumeMetadata.Find(directory, options.RootOf(directory));
        if (files.Count == 1 && !CellFile.IsCell(files[0].Name) && !SliceNames.IsNumeric(SliceNames.Stem(files[0])))
        {
            IReadOnlyList<StackSource> images = ImageFile.OpenAll(Path.Combine(directory, files[0].Name), metadata, options);
            if (images.Count > 1 || images[0].PlaneCount > 1) return images;
            images[0].Dispose();
        }

        if (OmeDirectory.TryOpen(directory, files, metadata, options) is { } set) return set;
        CheckSingle(directory, options);
        SourceFile? cell = files.Find(static file => CellFile.IsCell(file.Name));
        if (cell is null) return [SliceDirectory.Open(directory, files, metadata, options)];
        SourceFile? other = files.Find(static file => !CellFile.IsCell(file.Name));
        if (other is not null)
            throw new SourceException(directory, $"{cell.Name} is a cell of a grid and {other.Name} is not; expected one kind");
        return [new CellSource(directory, files, metadata, options)];
    }

    /// <summary>A directory is one image.</summary>
    private static SourceOptions CheckSingle(string directory, SourceOptions options) =>
        options.Series is { } wanted and not 0 ? throw ImageFile.NoSuchSeries(directory, wanted, [null]) : options;
}
