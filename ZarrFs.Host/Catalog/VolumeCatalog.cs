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

/// <summary>The opened volumes of one run of the program, in the order given, all images of a source one after the other; their numbers are their places in it.</summary>
internal sealed class VolumeCatalog : IDisposable
{
    private readonly List<ISource> _sources = [];
    private readonly IReadOnlyList<OmeroChannel>[] _channels;
    private readonly bool _followsChanges;

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
        _followsChanges = followsChanges;
        try
        {
            Volumes = [.. volumes.SelectMany(settings => Open(settings, pool, logger))];
            _channels = [.. Volumes.Select(volume => OmeroChannel.Of(volume, mustRead))];
            Tree = new VirtualTree([.. Volumes.Zip(_channels)]);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The views, by number.</summary>
    public IReadOnlyList<Multiscale> Volumes { get; }

    /// <summary>How each volume's channels are displayed, by number of the volume.</summary>
    public IReadOnlyList<IReadOnlyList<OmeroChannel>> Channels => _channels;

    /// <summary>Everything that can be named.</summary>
    public VirtualTree Tree { get; }

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
        .. Volumes.Select((volume, index) => new VolumeFacts
        {
            Name = volume.Name,
            Number = index,
            SourcePath = volume.Volume.Source.Path,
            Kind = $"{volume.Volume.Source.Kind} ({volume.Volume.Source.Origin})",
            Shape = volume.Volume.Shape,
            DataType = volume.Volume.DataType,
            IsLabels = volume.Method == DownsampleMethod.Mode && volume.Volume.DataType is not (DataType.Float32 or DataType.Float64),
            VoxelSize = volume.Volume.VoxelSize,
            Levels = [.. volume.Levels.Select(level => new LevelFacts(level.Index, level.Shape, volume.Chunk, level.Grid.Counts)
            {
                Final = Final(disk, index, level.Index),
                Provisional = provisional?.Invoke(index, level.Index) ?? 0,
            })],
            Build = builds?[index],
            Problems = volume.Volume.Source.Problems,
            Others = volume.Volume.Source.Others,
            MountPath = mountPath,
            Channels = _channels[index],
            TimeStep = volume.Volume.TimeStep,
            Leading = volume.Leading,
            BytesRead = volume.Volume.BytesRead,
        }),
    ];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ISource source in _sources) source.Dispose();
    }

    /// <summary>Of a level that is not kept, chunks may be there that somebody has asked to have.</summary>
    private static long? Final(IChunkDisk? disk, int volume, int level) =>
        disk?.CountOf(volume, level) is { } count && (count > 0 || disk.Keeps(volume, level)) ? count : null;

    private List<Multiscale> Open(VolumeSettings settings, BufferPool pool, ILogger logger)
    {
        IReadOnlyList<ISource> images = SourceOpener.OpenAll(settings.Source, settings.Reading with { Pool = pool, Logger = logger, FollowsChanges = _followsChanges });
        _sources.AddRange(images);
        return [.. images.Zip(VolumeNames.Of(settings.Name, images), (image, name) => Show(image, name, settings))];
    }

    private static Multiscale Show(ISource image, string name, VolumeSettings settings)
    {
        var volume = new Volume(image, settings.Ranges, settings.Type, settings.VoxelSize, settings.Shift);
        var leading = LeadingIndex.Find(image, settings.Channel, settings.Time);
        return new Multiscale(name, volume, settings.Chunk, settings.Levels, settings.Downsample, leading);
    }
}
