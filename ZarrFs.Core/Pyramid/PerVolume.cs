using System.Collections;

namespace ZarrFs.Core.Pyramid;

/// <summary>Something for each volume of a list, by number; for volumes that come later it is made when it is first asked for. Read without a lock.</summary>
/// <typeparam name="T">What it is.</typeparam>
internal sealed class PerVolume<T> : IReadOnlyList<T>
{
    private readonly IReadOnlyList<Multiscale> _volumes;
    private readonly Func<Multiscale, T> _make;
    private readonly Lock _growing = new();
    private T[] _made = [];

    /// <param name="volumes">The catalogue.</param>
    /// <param name="make">Makes it, for each volume once.</param>
    public PerVolume(IReadOnlyList<Multiscale> volumes, Func<Multiscale, T> make)
    {
        _volumes = volumes;
        _make = make;
        Grow();
    }

    public int Count => _volumes.Count;

    public T this[int index]
    {
        get
        {
            T[] made = Volatile.Read(ref _made);
            return (index < made.Length ? made : Grow())[index];
        }
    }

    public IEnumerator<T> GetEnumerator() => Grow().AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private T[] Grow()
    {
        lock (_growing)
        {
            if (_made.Length < _volumes.Count) Volatile.Write(ref _made, [.. _made, .. _volumes.Skip(_made.Length).Select(_make)]);
            return _made;
        }
    }
}
