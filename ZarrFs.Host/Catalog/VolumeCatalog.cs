using Microsoft.Extensions.Logging;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Failures;
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
    private readonly ContrastWindow[] _contrasts;

    /// <summary>Opens every source.</summary>
    /// <param name="volumes">What to open and how to show it.</param>
    /// <param name="pool">Where memory for decoded strips and tiles comes from.</param>
    /// <param name="logger">Where bad slices are told.</param>
    /// <exception cref="SourceException">A source cannot be opened.</exception>
    /// <exception cref="OptionException">A view does not fit its source.</exception>
    public VolumeCatalog(IReadOnlyList<VolumeSettings> volumes, BufferPool pool, ILogger logger)
    {
        try
        {
            Volumes = [.. volumes.SelectMany(settings => Open(settings, pool, logger))];
            _contrasts = [.. Volumes.Select(volume => ContrastEstimate.Of(volume.Volume))];
            Tree = new VirtualTree([.. Volumes.Zip(_contrasts)]);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The views, by number.</summary>
    public IReadOnlyList<Multiscale> Volumes { get; }

    /// <summary>Everything that can be named.</summary>
    public VirtualTree Tree { get; }

    /// <summary>What people are told about each volume, with the problems found by now.</summary>
    public IReadOnlyList<VolumeFacts> Facts(string? mountPath) =>
    [
        .. Volumes.Select((volume, index) => new VolumeFacts
        {
            Name = volume.Name,
            SourcePath = volume.Volume.Source.Path,
            Kind = volume.Volume.Source.Kind,
            Shape = volume.Volume.Shape,
            DataType = volume.Volume.DataType,
            VoxelSize = volume.Volume.VoxelSize,
            Levels = [.. volume.Levels.Select(level => new LevelFacts(level.Index, level.Shape, volume.Chunk, level.Grid.Counts))],
            Problems = volume.Volume.Source.Problems,
            MountPath = mountPath,
            Window = (_contrasts[index].Start, _contrasts[index].End),
        }),
    ];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ISource source in _sources) source.Dispose();
    }

    private List<Multiscale> Open(VolumeSettings settings, BufferPool pool, ILogger logger)
    {
        IReadOnlyList<ISource> images = SourceOpener.OpenAll(
            settings.Source, new SourceOptions { BadSlices = settings.OnBadSlice, Pool = pool, Logger = logger });
        _sources.AddRange(images);
        return
        [
            .. images.Zip(VolumeNames.Of(settings.Name, images), (image, name) =>
                new Multiscale(name, new Volume(image, settings.Ranges, settings.Type, settings.VoxelSize), settings.Chunk, settings.Levels, settings.Downsample)),
        ];
    }
}
