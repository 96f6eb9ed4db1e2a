using Microsoft.Extensions.Logging;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Background;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Tree;
using ZarrFs.Core.Volumes;
using ZarrFs.Host.Configuration;
using ZarrFs.Host.Http;

namespace ZarrFs.Host.Catalog;

/// <summary>
/// The opened volumes of one run of the program, all images of a source one after the other. A volume's number is its place among all that there ever
/// were in this run, those included that are not shown any more.
/// </summary>
internal sealed class VolumeCatalog : IDisposable
{
    private readonly BufferPool _pool;
    private readonly ILogger _logger;
    private readonly bool _mustRead;
    private readonly bool _followsChanges;
    private readonly VolumeList _volumes = new([]);
    private Shelf[] _shelves = [];

    /// <summary>Opens every source.</summary>
    /// <param name="volumes">What to open and how to show it.</param>
    /// <param name="pool">Where memory for decoded strips and tiles comes from.</param>
    /// <param name="logger">Where bad slices are told.</param>
    /// <param name="mustRead">True if what cannot be read for the first look at the voxels is an error: where metadata are written down.</param>
    /// <param name="followsChanges">True where files that change are read anew: where volumes are shown.</param>
    /// <exception cref="SourceException">A source cannot be opened.</exception>
    /// <exception cref="OptionException">A view does not fit its source.</exception>
    public VolumeCatalog(IReadOnlyList<VolumeSettings> volumes, BufferPool pool, ILogger logger, bool mustRead = false, bool followsChanges = false)
    {
        _pool = pool;
        _logger = logger;
        _mustRead = mustRead;
        _followsChanges = followsChanges;
        Tree = new LiveTree(new VirtualTree([]));
        CatalogChange all = Prepare(volumes, DateTimeOffset.UnixEpoch);
        Extend(all);
        Show(all);
    }

    /// <summary>All views that were ever shown in this run, by number.</summary>
    public IReadOnlyList<Multiscale> Volumes => _volumes;

    /// <summary>How each shown volume's channels are displayed, in the order of the configuration.</summary>
    public IReadOnlyList<IReadOnlyList<OmeroChannel>> Channels => [.. Volatile.Read(ref _shelves).SelectMany(shelf => shelf.Channels)];

    /// <summary>Numbers of the volumes that are shown, in the order of the configuration.</summary>
    public IReadOnlyList<int> Shown => [.. Volatile.Read(ref _shelves).SelectMany(shelf => shelf.Numbers)];

    /// <summary>Everything that can be named.</summary>
    public LiveTree Tree { get; }

    /// <summary>Opens what a new configuration has more, without showing it.</summary>
    /// <param name="volumes">The volumes of the new configuration. Those whose settings are the same stay as they are.</param>
    /// <param name="time">When the tree changes.</param>
    /// <exception cref="SourceException">A source cannot be opened; nothing is changed.</exception>
    /// <exception cref="OptionException">A view does not fit its source, or a name is there twice; nothing is changed.</exception>
    public CatalogChange Prepare(IReadOnlyList<VolumeSettings> volumes, DateTimeOffset time)
    {
        List<Shelf> now = [.. _shelves], all = [], added = [];
        int first = _volumes.Count, next = first;
        List<Shelf> named = now.FindAll(shelf => volumes.Contains(shelf.Settings));
        try
        {
            foreach (VolumeSettings settings in volumes)
            {
                Shelf? shelf = now.Find(known => known.Settings == settings);
                if (shelf is null)
                {
                    added.Add(shelf = Open(settings, TakenBy(named, settings.Source), isOne: volumes.Count == 1) with { First = next });
                    next += shelf.Volumes.Count;
                    named.Add(shelf);
                }

                now.Remove(shelf);
                all.Add(shelf);
            }

            VirtualTree tree = Tree.Current.With(
                first, [.. added.SelectMany(shelf => shelf.Volumes.Zip(shelf.Channels))], [.. all.SelectMany(shelf => shelf.Numbers)], time);
            return new CatalogChange(first, all, added, now, tree);
        }
        catch
        {
            added.ForEach(shelf => shelf.Dispose());
            throw;
        }
    }

    /// <summary>Gives new volumes their numbers. Nobody finds them yet.</summary>
    public void Extend(CatalogChange change) => _volumes.Add(change.AddedVolumes);

    /// <summary>Shows what was prepared and added; what is removed cannot be found any more, and is the caller's to dispose.</summary>
    public void Show(CatalogChange change)
    {
        // The tree first: who may see it is known by it, and what is told of volumes is told of those in it.
        Tree.Replace(change.Tree);
        Volatile.Write(ref _shelves, [.. change.Shelves]);
    }

    /// <summary>The only volume there is.</summary>
    /// <exception cref="OptionException">There are several; the message lists them.</exception>
    public Multiscale Single()
    {
        if (Volumes.Count == 1) return Volumes[0];
        IEnumerable<string> images = Volumes.Select((volume, index) => $"\n  {index}: {volume.Name}, {volume.Volume.Shape}, {volume.Volume.DataType.Name()}");
        throw new OptionException("--series", $"there are {Volumes.Count} images, and a store holds one; say which:{string.Concat(images)}");
    }

    /// <summary>What people are told about each volume, with the problems found by now.</summary>
    /// <param name="mountPath">Where they are mounted, if they are.</param>
    /// <param name="disk">The disk cache, if there is one.</param>
    /// <param name="builds">How far the background build of each is, if there is one.</param>
    /// <param name="provisional">Gives the number of a volume's chunks on a level that somebody has a preview of.</param>
    public IReadOnlyList<VolumeFacts> Facts(
        string? mountPath, IChunkDisk? disk = null, IReadOnlyList<BuildStatus>? builds = null, Func<int, int, int>? provisional = null) =>
    [
        .. Volatile.Read(ref _shelves).SelectMany(static shelf => shelf.Numbers.Zip(shelf.Volumes, shelf.Channels)).Select(shown => Facts(
            shown.First, shown.Second, shown.Third, mountPath, disk, builds, provisional)),
    ];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Shelf shelf in _shelves) shelf.Dispose();
    }

    private static VolumeFacts Facts(
        int number, Multiscale volume, IReadOnlyList<OmeroChannel> channels, string? mountPath, IChunkDisk? disk, IReadOnlyList<BuildStatus>? builds,
        Func<int, int, int>? provisional) => new()
        {
            Name = volume.Name,
            Number = number,
            SourcePath = volume.Volume.Source.Path,
            Kind = $"{volume.Volume.Source.Kind} ({volume.Volume.Source.Origin})",
            Shape = volume.Volume.Shape,
            DataType = volume.Volume.DataType,
            IsLabels = volume.Method == DownsampleMethod.Mode && volume.Volume.DataType is not (DataType.Float32 or DataType.Float64),
            VoxelSize = volume.Volume.VoxelSize,
            Levels = [.. volume.Levels.Select(level => new LevelFacts(level.Index, level.Shape, volume.Chunk, level.Grid.Counts)
            {
                Final = Final(disk, number, level.Index),
                Provisional = provisional?.Invoke(number, level.Index) ?? 0,
            })],
            Build = number < builds?.Count ? builds[number] : null, // asked for before a reload that has shown one more since
            Problems = volume.Volume.Source.Problems,
            Others = volume.Volume.Source.Others,
            MountPath = mountPath,
            Channels = channels,
            TimeStep = volume.Volume.TimeStep,
            Leading = volume.Leading,
            BytesRead = volume.Volume.BytesRead,
        };

    /// <summary>Of a level that is not kept, chunks may be there that somebody has asked to have.</summary>
    private static long? Final(IChunkDisk? disk, int volume, int level) =>
        disk?.CountOf(volume, level) is { } count && (count > 0 || disk.Keeps(volume, level)) ? count : null;

    /// <summary>Names of other sources: one source twice is told apart by nothing but names that the user gives.</summary>
    private static HashSet<string> TakenBy(List<Shelf> shelves, string source) =>
        [.. shelves.Where(shelf => shelf.Settings.Source != source).SelectMany(shelf => shelf.Volumes).Select(volume => volume.Name)];

    private Shelf Open(VolumeSettings settings, IReadOnlySet<string> taken, bool isOne)
    {
        IReadOnlyList<ISource> images = SourceOpener.OpenAll(settings.Source, settings.Reading with { Pool = _pool, Logger = _logger, FollowsChanges = _followsChanges });
        try
        {
            if (_followsChanges) images = [.. images.Select(image => new RetirableSource(image))];
            Multiscale[] volumes = [.. images.Zip(VolumeNames.Of(settings.Name, images, taken), (image, name) => View(image, name, settings))];
            return new Shelf(settings, images, volumes, [.. volumes.Select(volume => OmeroChannel.Of(volume, _mustRead))]);
        }
        catch (Exception failure)
        {
            foreach (ISource image in images) image.Dispose();
            if (failure is OptionException option && !isOne) throw option.Of(settings.Source);
            throw;
        }
    }

    private static Multiscale View(ISource image, string name, VolumeSettings settings)
    {
        var volume = new Volume(image, settings.Ranges, settings.Type, settings.VoxelSize, settings.Shift);
        var leading = LeadingIndex.Find(image, settings.Channel, settings.Time);
        return new Multiscale(name, volume, settings.Chunk, settings.Levels, settings.Downsample, leading);
    }
}
