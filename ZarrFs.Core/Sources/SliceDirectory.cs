using ZarrFs.Core.Failures;
using ZarrFs.Core.Tiff;

namespace ZarrFs.Core.Sources;

/// <summary>Opens a directory whose files are placed by their names.</summary>
internal static class SliceDirectory
{
    private const int MostCandidates = 8;
    private const int MostOthersNamed = 20;

    // As many as there are slice numbers.
    private const long MostPlaces = int.MaxValue;

    /// <summary>Opens the files of a directory: numbered, by a convention of names, or in natural order.</summary>
    /// <exception cref="SourceException">Names contradict each other or <c>meta.json</c>, or no slice is good.</exception>
    public static StackSource Open(string directory, List<SourceFile> files, VolumeMetadata? metadata, SourceOptions options)
    {
        if (!files.Exists(static file => SliceNames.IsNumeric(SliceNames.Stem(file))) && NameConventions.Find(files) is (SliceGrid grid, string convention))
            return Open(directory, grid, convention, [], metadata, options);

        SortedList<long, SourceFile> slices = SliceNames.Order(directory, files);
        PlaneTable planes = new(1, 1, Math.Max(slices.Keys[^1] + 1, metadata?.Slices ?? 0));
        for (int i = 0; i < slices.Count; i++) planes.TryAdd(0, 0, slices.Keys[i], new PlaneRef(i, 0));
        bool numbered = SliceNames.IsNumeric(SliceNames.Stem(slices.Values[0]));
        StackSource source = new(
            new Stack
            {
                Path = directory,
                Directory = directory,
                Files = [.. slices.Values],
                Series = new ImageSeries { Planes = planes, Origin = numbered ? "numbered slices" : "slices in natural order" },
                PagesPerFile = 1,
                IsSlices = true,
            },
            metadata,
            options);
        if (!numbered && SliceNames.FindSkip([.. slices.Values]) is (SourceFile before, SourceFile after))
            SourceLog.NumbersSkipped(options.Logger, directory, before.Name, after.Name);
        return source;
    }

    /// <summary>Opens a directory by the user's pattern.</summary>
    /// <exception cref="OptionException">The pattern is malformed, fits nothing, or gives two files one place.</exception>
    /// <exception cref="SourceException">No slice is good, or they contradict <c>meta.json</c>.</exception>
    public static StackSource OpenByPattern(string directory, VolumeMetadata? metadata, SourceOptions options)
    {
        NamePattern pattern = new(options.Pattern!);
        List<SourceFile> files = pattern.IsDeep ? DirectoryListing.TiffsBelow(directory) : DirectoryListing.Tiffs(directory);
        if (files.Count == 0) throw new SourceException(directory, "no TIFF files for --pattern, expected files that end in .tif or .tiff");
        files.Sort(static (a, b) => NaturalOrder.Instance.Compare(a.Name, b.Name));
        List<SourceFile> unmatched = [];
        List<NamedSlice> slices = pattern.Read(directory, files, unmatched);
        if (SliceGrid.TryMake(slices, out (SourceFile First, SourceFile Second, string Place)? twice) is not { } grid)
        {
            throw new OptionException(
                "--pattern", $"{twice!.Value.First.Name} and {twice.Value.Second.Name} both stand for {twice.Value.Place} in {directory}; expected one file a place");
        }

        if ((Int128)grid.T * grid.C * grid.Z > MostPlaces)
        {
            throw new OptionException(
                "--pattern", $"'{options.Pattern}' makes {grid.T} times, {grid.C} channels and {grid.Z} planes of {slices.Count} files; expected less than {MostPlaces} places");
        }

        string[] others = [.. unmatched.Take(MostOthersNamed).Select(static file => $"{file.Name}: --pattern does not fit its name")];
        if (unmatched.Count > others.Length) others = [.. others, $"{unmatched.Count - others.Length} more files whose names --pattern does not fit"];
        return Open(directory, grid, $"the pattern {options.Pattern}", others, metadata, options, [.. unmatched.Select(static file => file.Name)]);
    }

    /// <summary>Opens a directory that has TIFF files only in the folders below it.</summary>
    /// <returns>Null if there are none.</returns>
    /// <exception cref="SourceException">Their names follow no convention.</exception>
    public static StackSource? OpenFolders(string directory, SourceOptions options)
    {
        List<SourceFile> files = DirectoryListing.TiffsBelow(directory);
        if (files.Count == 0) return null;
        files.Sort(static (a, b) => NaturalOrder.Instance.Compare(a.Name, b.Name));
        if (NameConventions.Find(files) is not (SliceGrid grid, string convention))
        {
            throw new SourceException(
                directory,
                $"no TIFF files in this directory, and the {files.Count} in folders below it ({files[0].Name}) follow no known convention of folders " +
                "for channels and times, such as c0/z012.tif; name one of the folders, or say by --pattern which part of the path is c, t and z");
        }

        return Open(directory, grid, convention, [], VolumeMetadata.Find(directory, options.RootOf(directory)), options);
    }

    private static StackSource Open(
        string directory, SliceGrid grid, string convention, IReadOnlyList<string> others, VolumeMetadata? metadata, SourceOptions options,
        IReadOnlyCollection<string>? passedOver = null)
    {
        (ImageSeries series, int pages) = grid.HasZ ? (OnePage(grid, metadata), 1) : Combine(directory, grid, metadata, options);
        StackSource source = new(
            new Stack
            {
                Path = directory,
                Directory = directory,
                Files = grid.Files,
                Series = series with { Name = null, Origin = convention },
                PagesPerFile = pages,
                IsSlices = true,
                Others = others,
                PassedOver = passedOver ?? [],
                Variant = $" by {convention}",
            },
            metadata,
            options);
        SourceLog.Arranged(options.Logger, directory, grid.Files.Count, convention, source.Shape.T, source.Shape.C, source.Shape.Z);
        return source;
    }

    private static ImageSeries OnePage(SliceGrid grid, VolumeMetadata? metadata)
    {
        PlaneTable planes = new(grid.T, grid.C, Math.Max(grid.Z, metadata?.Slices ?? 0));
        for (int i = 0; i < grid.Files.Count; i++) planes.TryAdd(grid[i].T, grid[i].C, grid[i].Z, new PlaneRef(i, 0));
        return new ImageSeries { Planes = planes, Channels = grid.Channels, Origin = "" };
    }

    /// <summary>Each file holds several planes, and says itself which; its name says the rest.</summary>
    private static (ImageSeries Series, int Pages) Combine(
        string directory, SliceGrid grid, VolumeMetadata? metadata, SourceOptions options)
    {
        (SourceFile file, TiffFile tiff) = FirstReadable(directory, grid.Files, options);
        if (tiff.Full.Count == 1) return (OnePage(grid, metadata), 1);
        string path = Path.Combine(directory, file.Name);
        SeriesSet set = SeriesFinder.Find(directory, file, tiff, options.RootOf(directory));
        ImageSeries one = set.Series[0];
        if (set.Files.Count > 1) throw new SourceException(path, $"belongs to a set of {set.Files.Count} files by its description, and has another place by its name");
        if (grid.T > 1 && one.Planes.T > 1)
            throw new SourceException(path, $"holds {one.Planes.T} time points by its description and stands for one by its name; expected one of both");
        if ((Int128)grid.Files.Count * one.Planes.Count > PlaneTable.MostPlanes)
            throw new SourceException(directory, $"{grid.Files.Count} files of {one.Planes.Count} planes are more than {PlaneTable.MostPlanes} planes");

        PlaneTable planes = new(Math.Max(grid.T, one.Planes.T), checked(grid.C * one.Planes.C), one.Planes.Z);
        PlanePlace[] inFile = [.. one.Planes.All()];
        for (int i = 0; i < grid.Files.Count; i++)
        {
            foreach (PlanePlace place in inFile)
                planes.TryAdd(grid[i].T + place.T, grid[i].C * one.Planes.C + place.C, place.Z, new PlaneRef(i, place.Plane.Page));
        }

        return (one with { Planes = planes, Channels = grid.C == 1 ? one.Channels : one.Planes.C == 1 ? grid.Channels : [] }, tiff.Full.Count);
    }

    /// <summary>The directories of a slice of the usual size.</summary>
    /// <exception cref="SourceException">None of the first few can be read: what is wrong with the first.</exception>
    public static (SourceFile File, TiffFile Tiff) FirstReadable(
        string directory, IReadOnlyList<SourceFile> files, SourceOptions options)
    {
        SourceException? first = null;
        foreach (SourceFile file in StackSource.UsualSizeFirst(files).Take(MostCandidates))
        {
            try
            {
                // A copy: what is found out here is told when the source finds it out.
                return (file, ImageFile.Directories(directory, file.Copy(), options.RootOf(directory), options.Photometric));
            }
            catch (SourceException failure)
            {
                first ??= failure;
            }
        }

        throw first!;
    }
}
