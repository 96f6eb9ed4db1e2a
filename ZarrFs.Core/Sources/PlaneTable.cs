namespace ZarrFs.Core.Sources;

/// <summary>
/// Which page of which file stands for each (t, c, z); what is not in it is a hole. Its channels are those of pages: where a page has
/// several samples a pixel, each of these channels is as many of the volume's.
/// </summary>
internal sealed class PlaneTable
{
    /// <summary>Most planes that a description may speak of, holes counted: a week of a light-sheet microscope has some five million.</summary>
    public const int MostPlanes = 1 << 24;

    private readonly Dictionary<Int128, PlaneRef> _planes = [];

    /// <param name="t">Time points.</param>
    /// <param name="c">Channels, samples of a pixel not counted.</param>
    /// <param name="z">Planes along z.</param>
    public PlaneTable(long t, long c, long z)
    {
        T = t;
        C = c;
        Z = z;
    }

    public long T { get; }

    public long C { get; }

    public long Z { get; }

    /// <summary>Number of planes that are there.</summary>
    public int Count => _planes.Count;

    /// <summary>Gives a place its plane; false if it has one already.</summary>
    public bool TryAdd(long t, long c, long z, PlaneRef plane) => _planes.TryAdd(Index(t, c, z), plane);

    public bool TryGet(long t, long c, long z, out PlaneRef plane) => _planes.TryGetValue(Index(t, c, z), out plane);

    /// <summary>Every plane that is there, in no order.</summary>
    public IEnumerable<PlanePlace> All()
    {
        foreach ((Int128 index, PlaneRef plane) in _planes)
        {
            (Int128 rest, Int128 z) = Int128.DivRem(index, Z);
            (Int128 t, Int128 c) = Int128.DivRem(rest, C);
            yield return new PlanePlace((long)t, (long)c, (long)z, plane);
        }
    }

    private Int128 Index(long t, long c, long z)
    {
        if ((ulong)t >= (ulong)T || (ulong)c >= (ulong)C || (ulong)z >= (ulong)Z)
            throw new ArgumentOutOfRangeException(nameof(z), (t, c, z), $"not inside {T} × {C} × {Z} (t c z)");
        return (((Int128)t * C) + c) * Z + z;
    }
}
