using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Tree;

namespace ZarrFs.Host.Catalog;

/// <summary>What a catalogue will be: everything that is new is open, nothing is shown yet. Disposed if it comes to nothing.</summary>
/// <param name="First">Number of the first volume that is added.</param>
/// <param name="Shelves">All entries, in the order of the configuration.</param>
/// <param name="Added">Those that are new.</param>
/// <param name="Removed">Those of now that will not be there.</param>
/// <param name="Tree">All that can be named then.</param>
internal sealed record CatalogChange(int First, IReadOnlyList<Shelf> Shelves, IReadOnlyList<Shelf> Added, IReadOnlyList<Shelf> Removed, VirtualTree Tree) : IDisposable
{
    /// <summary>The views that are new, by number from <see cref="First"/> on.</summary>
    public IReadOnlyList<Multiscale> AddedVolumes { get; } = [.. Added.SelectMany(shelf => shelf.Volumes)];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Shelf shelf in Added) shelf.Dispose();
    }
}
