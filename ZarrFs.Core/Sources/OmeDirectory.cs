using ZarrFs.Core.Failures;
using ZarrFs.Core.Tiff;

namespace ZarrFs.Core.Sources;

/// <summary>A directory that holds one set of OME-TIFF files: their XML, and not their names, says what is where.</summary>
internal static class OmeDirectory
{
    private const int MostOthersNamed = 20;

    /// <summary>Opens the set.</summary>
    /// <returns>Null if the files do not belong together, as slices that are OME-TIFFs each by itself do not.</returns>
    /// <exception cref="SourceException">There are several sets, or the main image cannot be read.</exception>
    /// <exception cref="OptionException">There is no such image.</exception>
    public static IReadOnlyList<StackSource>? TryOpen(string directory, List<SourceFile> files, VolumeMetadata? metadata, SourceOptions options)
    {
        // Numbered slices and cells are never a set; whoever has a million of them does not wait for a second look at the directory.
        if (SliceNames.IsNumeric(SliceNames.Stem(files[0])) || CellFile.IsCell(files[0].Name)) return null;
        List<SourceFile> named = files.FindAll(static file => IsOme(file.Name));
        SeriesSet set;
        TiffFile? first = null;
        string[] companions = [.. Directory.EnumerateFiles(directory, $"*{ImageFile.CompanionSuffix}").Select(static path => Path.GetFileName(path)).Order(NaturalOrder.Instance)];
        if (companions.Length > 1)
            throw new SourceException(directory, $"{companions[0]} and {companions[1]} each stand for a set of files; name the one to open");
        if (companions.Length == 1)
        {
            set = SeriesFinder.FindCompanion(directory, companions[0], options.RootOf(directory));
        }
        else
        {
            if (named.Count == 0) return null;
            named.Sort(static (a, b) => NaturalOrder.Instance.Compare(a.Name, b.Name));
            (SourceFile file, first) = SliceDirectory.FirstReadable(directory, named, options);
            set = SeriesFinder.Find(directory, file, first, options.RootOf(directory));
            if (set.Files.Count == 1) return null;
        }

        HashSet<string> inSet = new(set.Files.Select(static file => file.Name), StringComparer.Ordinal);
        List<SourceFile> outside = files.FindAll(file => !inSet.Contains(file.Name));
        // Of two sets the one that happens to come first must not pass for all.
        if (outside.Find(static file => IsOme(file.Name)) is { } stranger)
        {
            throw new SourceException(
                directory,
                $"{set.Files[0].Name} belongs to a set of {set.Files.Count} OME-TIFF files, {stranger.Name} does not; name a file of the set to open it alone");
        }

        string[] others = [.. outside.Take(MostOthersNamed).Select(static file => $"{file.Name}: not in the set of OME-TIFF files")];
        if (outside.Count > others.Length) others = [.. others, $"{outside.Count - others.Length} more files that are not in the set"];
        return ImageFile.Open(directory, directory, set with { Others = [.. set.Others, .. others] }, first, metadata, options);
    }

    private static bool IsOme(string name) => Path.GetFileNameWithoutExtension(name.AsSpan()).EndsWith(".ome", StringComparison.OrdinalIgnoreCase);
}
