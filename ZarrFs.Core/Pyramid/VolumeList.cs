using System.Collections;

namespace ZarrFs.Core.Pyramid;

/// <summary>
/// Volumes by number, of which more may come while others read. A number stands for one volume as long as the program runs, also when that is not
/// shown any more: inode numbers and chunk addresses are made of it.
/// </summary>
public sealed class VolumeList : IReadOnlyList<Multiscale>
{
    private readonly Lock _adding = new();
    private Multiscale[] _volumes;

    /// <param name="volumes">Those that there are at first.</param>
    public VolumeList(IEnumerable<Multiscale> volumes) => _volumes = [.. volumes];

    /// <inheritdoc/>
    public int Count => Volatile.Read(ref _volumes).Length;

    /// <inheritdoc/>
    public Multiscale this[int index] => Volatile.Read(ref _volumes)[index];

    /// <summary>Adds volumes; the first of them gets the number that <see cref="Count"/> was.</summary>
    public void Add(IReadOnlyCollection<Multiscale> volumes)
    {
        lock (_adding) Volatile.Write(ref _volumes, [.. _volumes, .. volumes]);
    }

    /// <inheritdoc/>
    public IEnumerator<Multiscale> GetEnumerator() => Volatile.Read(ref _volumes).AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
