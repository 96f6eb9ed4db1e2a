using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;

namespace ZarrFs.Host.Catalog;

/// <summary>What one entry of the configuration has come to: all images of a source.</summary>
/// <param name="Settings">The entry.</param>
/// <param name="Sources">The opened images.</param>
/// <param name="Volumes">The views on them.</param>
/// <param name="Channels">How each view's channels are displayed.</param>
internal sealed record Shelf(
    Configuration.VolumeSettings Settings, IReadOnlyList<ISource> Sources, IReadOnlyList<Multiscale> Volumes, IReadOnlyList<IReadOnlyList<OmeroChannel>> Channels) : IDisposable
{
    /// <summary>Number of the first of the volumes in the catalogue; the others' follow.</summary>
    public int First { get; init; }

    /// <summary>Numbers of the volumes.</summary>
    public IEnumerable<int> Numbers => Enumerable.Range(First, Volumes.Count);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ISource source in Sources) source.Dispose();
    }
}
