using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Sources;

/// <summary>Opens what a path names, whatever kind of source it is.</summary>
public static class SourceOpener
{
    private static readonly string[] ZarrDocuments = ["zarr.json", ".zgroup", ".zarray"];

    /// <summary>Opens all volumes of a path: several where a file holds several images, the main one first.</summary>
    /// <exception cref="SourceException">There is nothing, nothing that is read, or it contradicts itself.</exception>
    public static IReadOnlyList<ISource> OpenAll(string path, SourceOptions options) => [Open(path, options)];

    /// <summary>
    /// Opens a TIFF file, a directory of slices, or a directory of cells. A directory whose only TIFF has several pages and no number
    /// for a name is that file.
    /// </summary>
    /// <exception cref="SourceException">There is nothing, nothing that is read, or it contradicts itself.</exception>
    public static ISource Open(string path, SourceOptions options)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Directory.Exists(path)) return OpenDirectory(path, options);
        if (File.Exists(path)) return new FileSource(path, metadata: null, options);
        throw new SourceException(path, "does not exist, expected a TIFF file or a directory of them");
    }

    private static ISource OpenDirectory(string directory, SourceOptions options)
    {
        List<SourceFile> files = DirectoryListing.Tiffs(directory);
        if (files.Count == 0)
        {
            foreach (string document in ZarrDocuments)
            {
                if (File.Exists(Path.Combine(directory, document)))
                    throw new UnsupportedException(directory, $"a Zarr directory ({document}) is not supported as a source yet; TIFF files are");
            }

            throw new SourceException(directory, "no TIFF files in this directory, expected files that end in .tif or .tiff");
        }

        VolumeMetadata? metadata = VolumeMetadata.Find(directory);
        if (files.Count == 1 && !CellFile.IsCell(files[0].Name) && !SliceNames.IsNumeric(SliceNames.Stem(files[0])))
        {
            FileSource file = new(Path.Combine(directory, files[0].Name), metadata, options);
            if (file.Shape.Z > 1) return file;
            file.Dispose();
        }

        SourceFile? cell = files.Find(static file => CellFile.IsCell(file.Name));
        if (cell is null) return new SliceSource(directory, files, metadata, options);
        SourceFile? other = files.Find(static file => !CellFile.IsCell(file.Name));
        if (other is not null)
            throw new SourceException(directory, $"{cell.Name} is a cell of a grid and {other.Name} is not; expected one kind");
        return new CellSource(directory, files, metadata, options);
    }
}
