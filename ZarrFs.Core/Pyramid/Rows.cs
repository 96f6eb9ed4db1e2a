namespace ZarrFs.Core.Pyramid;

/// <summary>The four rows that become one: two along y in each of two planes. At an odd edge, a row stands for its missing neighbour too.</summary>
internal readonly unsafe struct Rows<T>(T* z0y0, T* z0y1, T* z1y0, T* z1y1)
    where T : unmanaged
{
    public T* Z0Y0 => z0y0;

    public T* Z0Y1 => z0y1;

    public T* Z1Y0 => z1y0;

    public T* Z1Y1 => z1y1;
}
