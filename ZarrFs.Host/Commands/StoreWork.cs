using Microsoft.Extensions.Logging.Abstractions;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Materialize.Extending;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Pyramid;
using ZarrFs.Host.Catalog;
using ZarrFs.Host.Configuration;

namespace ZarrFs.Host.Commands;

/// <summary>What <c>zarrfs materialize</c> is to write where: a new store, or new levels of one that exists.</summary>
internal sealed class StoreWork : IDisposable
{
    private readonly IDisposable _source;

    private StoreWork(IDisposable source, BuildScope scope, StoreTarget target, string kind, int firstLevel)
    {
        _source = source;
        Scope = scope;
        Target = target;
        Kind = kind;
        FirstLevel = firstLevel;
    }

    /// <summary>What is built.</summary>
    public BuildScope Scope { get; }

    /// <summary>Where it goes.</summary>
    public StoreTarget Target { get; }

    /// <summary>What it is, for people: dialect, type, chunks, compression.</summary>
    public string Kind { get; }

    /// <summary>Number of the first level that is written. If it is not 0, the builder's level 0 is the one before, and is only read.</summary>
    public int FirstLevel { get; }

    /// <summary>The source's catalogue; null where levels are added to a store.</summary>
    public VolumeCatalog? Catalog => _source as VolumeCatalog;

    /// <summary>What the chunks are encoded with; null for nothing.</summary>
    public Codec? Codec => Target.Levels[^1]?.Codec;

    /// <summary>The levels that are written, with their numbers in the store.</summary>
    public IEnumerable<(int Number, Level Level)> Levels =>
        Scope.Volume.Levels.Skip(FirstLevel == 0 ? 0 : 1).Select((level, index) => (FirstLevel + index, level));

    /// <summary>Opens what is to be written.</summary>
    /// <param name="view">The source and the view on it; of an extension only the levels and the method count.</param>
    /// <param name="store">The store.</param>
    /// <param name="pool">Where memory for reading comes from.</param>
    /// <param name="workers">Threads that write.</param>
    /// <exception cref="SourceException">There is nothing, or nothing that is read.</exception>
    /// <exception cref="OptionException">An option does not fit what is there, or the store would lie in its source.</exception>
    /// <exception cref="CodecException">A library that the compression takes is missing.</exception>
    public static StoreWork Open(VolumeSettings view, StoreSettings store, BufferPool pool, int workers) =>
        store.FirstNewLevel is { } first ? Extend(view, store, first, pool, workers) : New(view, store, pool, workers);

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    private static StoreWork New(VolumeSettings view, StoreSettings store, BufferPool pool, int workers)
    {
        if (store.IsArray)
        {
            if (view.Levels is { } levels and not 1) throw new OptionException("--zarr-only", $"a plain array has one level, not {levels}; leave --zarr-only or --levels out");
            view = view with { Levels = 1 };
        }

        var catalog = new VolumeCatalog([view], pool, NullLogger.Instance, mustRead: true);
        try
        {
            Multiscale volume = catalog.Single();
            Separation.Check(volume.Volume.Source, store.Path);
            Codec? codec = store.Compression.Create(volume.Volume.DataType);
            codec?.Check();
            StoreTarget target = StoreTarget.New(store.Path, volume, catalog.Channels[0], store.Format, codec);
            target = target with { Durability = store.Durability, Overwrite = store.Overwrite, Writers = workers };
            return new StoreWork(catalog, new BuildScope(volume, store.IsV2), target, StoreSummary.Kind(volume, store), firstLevel: 0);
        }
        catch
        {
            catalog.Dispose();
            throw;
        }
    }

    private static StoreWork Extend(VolumeSettings view, StoreSettings store, int first, BufferPool pool, int workers)
    {
        StoreExtension extension = StoreExtension.Plan(store.Path, first, view.Levels, view.Downsample, store.Overwrite, view.Reading with { Pool = pool });
        var target = new StoreTarget
        {
            Path = extension.Path,
            Levels = extension.Levels,
            Documents = _ => extension.Documents,
            Identity = extension.Identity,
            Durability = store.Durability,
            Overwrite = store.Overwrite,
            Extends = true,
            Removes = extension.Removes,
            Writers = workers,
        };
        int last = first + extension.Multiscale.Levels.Count - 2;
        string kind = $"with level{(last > first ? $"s {first} to {last}" : $" {first}")} made from level {first - 1} ({extension.Multiscale.Method.ToString().ToLowerInvariant()}), in the format it has";
        return new StoreWork(extension, new BuildScope(extension.Multiscale, OnlyLeading: false), target, kind, first);
    }
}
