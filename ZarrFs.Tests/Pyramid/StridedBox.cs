using System.Numerics;
using System.Runtime.InteropServices;

namespace ZarrFs.Tests.Pyramid;

/// <summary>A box laid out with gaps behind its rows and planes, which hold a byte that nobody may read or change.</summary>
internal sealed class StridedBox<T>
    where T : unmanaged, INumber<T>
{
    private const byte Poison = 0xCD;
    private readonly byte[] _bytes;
    private readonly int _depth;
    private readonly int _height;
    private readonly int _width;

    public StridedBox(int depth, int height, int width, int rowGap, int planeGap)
    {
        (_depth, _height, _width) = (depth, height, width);
        Row = (width * Marshal.SizeOf<T>()) + rowGap;
        Plane = (height * Row) + planeGap;
        _bytes = new byte[((depth - 1) * Plane) + ((height - 1) * Row) + (width * Marshal.SizeOf<T>())];
        _bytes.AsSpan().Fill(Poison);
    }

    public StridedBox(T[,,] voxels, int rowGap, int planeGap)
        : this(voxels.GetLength(0), voxels.GetLength(1), voxels.GetLength(2), rowGap, planeGap)
    {
        for (int z = 0; z < _depth; z++)
        {
            for (int y = 0; y < _height; y++)
            {
                for (int x = 0; x < _width; x++) MemoryMarshal.Write(_bytes.AsSpan(Offset(z, y, x)), in voxels[z, y, x]);
            }
        }
    }

    public int Row { get; }

    public int Plane { get; }

    /// <summary>Ends with the box's last voxel.</summary>
    public Span<byte> Bytes => _bytes;

    /// <summary>Fails unless the voxels are these (any NaN is a NaN, 0 is −0) and the gaps are as they were.</summary>
    public void AssertHolds(T[,,] expected, string what)
    {
        var inside = new bool[_bytes.Length];
        for (int z = 0; z < _depth; z++)
        {
            for (int y = 0; y < _height; y++)
            {
                for (int x = 0; x < _width; x++)
                {
                    T voxel = MemoryMarshal.Read<T>(_bytes.AsSpan(Offset(z, y, x)));
                    T wanted = expected[z, y, x];
                    if (voxel != wanted && !(T.IsNaN(voxel) && T.IsNaN(wanted)))
                    {
                        Assert.Fail($"{what}: voxel {z},{y},{x} is {voxel}, expected {wanted}");
                    }

                    inside.AsSpan(Offset(z, y, x), Marshal.SizeOf<T>()).Fill(true);
                }
            }
        }

        for (int i = 0; i < _bytes.Length; i++)
        {
            if (!inside[i] && _bytes[i] != Poison) Assert.Fail($"{what}: byte {i} lies outside the box and was changed");
        }
    }

    private int Offset(int z, int y, int x) => (z * Plane) + (y * Row) + (x * Marshal.SizeOf<T>());
}
