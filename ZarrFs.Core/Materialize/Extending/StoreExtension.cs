using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Sources.Zarr;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Materialize.Extending;

/// <summary>
/// New levels for an OME-Zarr image that exists, whoever wrote it: level N − 1 is what the builder reads, its level 0; levels N and up are
/// what it writes, in the dialect that the image has. What the documents say besides is left as it is.
/// </summary>
public sealed class StoreExtension : IDisposable
{
    private readonly ZarrSource _source;

    private StoreExtension(string path, int first, ZarrSource source, Multiscale multiscale, IReadOnlyList<LevelPlace?> levels)
    {
        _source = source;
        Path = path;
        First = first;
        Multiscale = multiscale;
        Levels = levels;
    }

    /// <summary>Absolute path of the image's group.</summary>
    public string Path { get; }

    /// <summary>Number of the first new level.</summary>
    public int First { get; }

    /// <summary>Level N − 1 and the new levels; the builder's level 0 is not written.</summary>
    public Multiscale Multiscale { get; }

    /// <summary>For each of the builder's levels its place in the store; null for the first, which is only read.</summary>
    public IReadOnlyList<LevelPlace?> Levels { get; }

    /// <summary>All documents that change, in the order in which they are put in place: those of the new arrays, then the group's.</summary>
    public IReadOnlyList<StoreDocument> Documents { get; private init; } = [];

    /// <summary>Directories of levels that the image will no longer have.</summary>
    public IReadOnlyList<string> Removes { get; private init; } = [];

    /// <summary>What of an interrupted run can be continued: made of the same voxels, into the same documents.</summary>
    public BuildIdentity Identity { get; private init; } = new([], "");

    /// <summary>Looks at an image and plans its new levels. Writes nothing.</summary>
    /// <param name="path">The image's group.</param>
    /// <param name="first">Number of the first new level; at least 1. Those before it must be there.</param>
    /// <param name="levels">How many levels the image is to have, level 0 included; null for as many as it takes until the coarsest fits in one chunk.</param>
    /// <param name="method">How a level is made from the one before.</param>
    /// <param name="overwrite">Whether levels from <paramref name="first"/> on that are there already may be replaced.</param>
    /// <param name="options">How level N − 1 is read.</param>
    /// <exception cref="SourceException">It is no OME-Zarr image, or one that cannot be continued.</exception>
    /// <exception cref="OptionException">A level before the first new one is missing, or one that would be replaced is there.</exception>
    public static StoreExtension Plan(string path, int first, int? levels, DownsampleMethod method, bool overwrite, SourceOptions options)
    {
        const string Option = "--first-new-level";
        path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        if (first < 1) throw new OptionException(Option, $"{first} is not possible; level 0 is never made again, expected at least 1");
        if (levels <= first) throw new OptionException("--levels", $"{levels} levels are 0 to {levels - 1}, so there is none to make from level {first} on");
        if (options.BadSlices == BadSlicePolicy.Fill)
        {
            throw new OptionException(
                "--on-bad-slice", $"fill is not possible with {Option}: nothing in the image would say which voxels of the new levels are made of zeros that stand for damaged chunks. "
                    + "Mend those chunks, or delete them: a chunk without a file is all fill");
        }

        ImageStore store = ImageStore.Open(path);
        int there = store.Image.Datasets.Count;
        if (first > there) throw new OptionException(Option, $"{first} is not possible: {path} has {there} {(there == 1 ? "level" : "levels")} (0 to {there - 1}); expected at most {there}");
        // What is there may be what an earlier run of the same command has put in place before it was stopped.
        if (first < there && !overwrite && !File.Exists(new StorePaths(path).Journal))
            throw new OptionException(Option, $"level {first} is there already in {path}, which has levels 0 to {there - 1}; add --overwrite to make it again");
        LevelTemplate template = LevelTemplate.Of(store, first - 1);
        ZarrSource source = ZarrDirectory.OpenLevel(path, first - 1, options);
        try
        {
            var volume = new Volume(source, VolumeRanges.All, type: null, voxelSize: null);
            string name = System.IO.Path.GetFileName(path);
            var multiscale = new Multiscale(name.Length == 0 ? "store" : name, volume, template.Chunk, levels is { } count ? count - first + 1 : null, method);
            if (multiscale.Levels.Count == 1)
                throw new OptionException("--levels", $"level {first - 1} of {path} fits in one chunk, so no level is made of it; give a number of levels to have more");
            string[] names = [.. Enumerable.Range(first, multiscale.Levels.Count - 1).Select(store.NameOf)];
            string[] old = [.. store.Image.Datasets.Skip(first).Select(static dataset => dataset.Path)];
            CheckApart(store, first, [.. names, .. old.Except(names)]);
            StoreDocument[] documents =
            [
                .. names.Zip(multiscale.Levels.Skip(1)).SelectMany(level => template.Documents(level.First, level.Second.Shape)),
                .. new GroupUpdate(store, first, multiscale, names).Documents(template),
            ];
            return new StoreExtension(path, first, source, multiscale, [null, .. names.Zip(multiscale.Levels.Skip(1)).Select(level => template.Place(level.First, level.Second))])
            {
                Documents = documents,
                Removes = [.. old.Except(names)],
                Identity = Identify(template, multiscale, first, documents),
            };
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Lets level N − 1 go.</summary>
    public void Dispose() => _source.Dispose();

    /// <summary>Levels are replaced and deleted with their directories, so those must be nobody else's.</summary>
    /// <exception cref="SourceException">One is a level's that stays, or another's that changes, or lies in it, or it lies in that one.</exception>
    private static void CheckApart(ImageStore store, int first, IEnumerable<string> changed)
    {
        List<string> seen = [.. store.Image.Datasets.Take(first).Select(static dataset => dataset.Path)];
        foreach (string level in changed)
        {
            if (seen.Find(other => $"{other}/".StartsWith($"{level}/", StringComparison.Ordinal) || $"{level}/".StartsWith($"{other}/", StringComparison.Ordinal)) is { } other)
            {
                throw new SourceException(
                    store.Group.Document.Path, $"levels {first} and up cannot be made: \"{level}\" and \"{other}\" would both be levels, and one directory is or holds the other; expected one for each level");
            }

            seen.Add(level);
        }
    }

    private static BuildIdentity Identify(LevelTemplate template, Multiscale multiscale, int first, StoreDocument[] documents)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (StoreDocument document in documents)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(document.Path));
            hash.AppendData(document.Content);
        }

        BuildOption[] options =
        [
            // Not the group's documents, which the last step of a build changes.
            new("source", $"fingerprint {ZarrFingerprint.Of(template.Array, group: null, volume: null).Fingerprint}"),
            new("--first-new-level", first.ToString(CultureInfo.InvariantCulture)),
            new("--levels", (first + multiscale.Levels.Count - 1).ToString(CultureInfo.InvariantCulture)),
            new("--downsample", multiscale.Method.ToString().ToLowerInvariant()),
        ];
        return new BuildIdentity(options, Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16)));
    }
}
