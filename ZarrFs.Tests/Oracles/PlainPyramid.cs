using System.Numerics;
using System.Runtime.InteropServices;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Oracles;

/// <summary>All levels of a volume as whole arrays, halved by <see cref="SlowDownsampler"/>, and the chunks cut out voxel by voxel.</summary>
internal sealed class PlainPyramid
{
    private readonly List<(long[] Shape, byte[] Voxels)> _levels = [];
    private readonly int _size;
    private readonly bool _isPreviews;

    /// <param name="shape">t, c, z, y, x.</param>
    /// <param name="type">Type of the voxels.</param>
    /// <param name="voxels">Level 0.</param>
    /// <param name="method">How to halve.</param>
    /// <param name="levels">How many levels to make.</param>
    /// <param name="previews">True for the levels' previews, by <see cref="SlowPreview"/>.</param>
    public PlainPyramid(VolumeShape shape, DataType type, byte[] voxels, DownsampleMethod method, int levels, bool previews = false)
    {
        _isPreviews = previews;
        _size = type.Size();
        _levels.Add(([shape.T, shape.C, shape.Z, shape.Y, shape.X], voxels));
        while (_levels.Count < levels) _levels.Add(type switch
        {
            DataType.UInt8 => Halve<byte>(method),
            DataType.Int8 => Halve<sbyte>(method),
            DataType.UInt16 => Halve<ushort>(method),
            DataType.Int16 => Halve<short>(method),
            DataType.UInt32 => Halve<uint>(method),
            DataType.Int32 => Halve<int>(method),
            DataType.UInt64 => Halve<ulong>(method),
            DataType.Int64 => Halve<long>(method),
            DataType.Float32 => Halve<float>(method),
            _ => Halve<double>(method),
        });
    }

    /// <summary>The voxels of a whole level.</summary>
    public byte[] Level(int level) => _levels[level].Voxels;

    /// <summary>The bytes of one chunk, what overhangs being zero.</summary>
    public byte[] Chunk(in ChunkAddress address, ChunkShape chunk)
    {
        (long[] shape, byte[] voxels) = _levels[address.Level];
        byte[] result = new byte[chunk.Z * chunk.Y * chunk.X * _size];
        for (int z = 0; z < chunk.Z; z++)
        {
            for (int y = 0; y < chunk.Y; y++)
            {
                for (int x = 0; x < chunk.X; x++)
                {
                    long fromZ = (address.Z * chunk.Z) + z, fromY = (address.Y * chunk.Y) + y, fromX = (address.X * chunk.X) + x;
                    if (fromZ >= shape[2] || fromY >= shape[3] || fromX >= shape[4]) continue;
                    long from = (((((((address.T * shape[1]) + address.C) * shape[2]) + fromZ) * shape[3]) + fromY) * shape[4]) + fromX;
                    Array.Copy(voxels, from * _size, result, ((((z * chunk.Y) + y) * chunk.X) + x) * _size, _size);
                }
            }
        }

        return result;
    }

    private (long[] Shape, byte[] Voxels) Halve<T>(DownsampleMethod method)
        where T : unmanaged, INumber<T>
    {
        (long[] shape, byte[] voxels) = _isPreviews ? _levels[0] : _levels[^1];
        long[] halved = [shape[0], shape[1], .. _levels[^1].Shape[2..].Select(size => (size + 1) / 2)];
        var result = new List<byte>();
        int block = (int)(shape[2] * shape[3] * shape[4]) * _size;
        for (int i = 0; i < shape[0] * shape[1]; i++)
        {
            var box = new T[shape[2], shape[3], shape[4]];
            voxels.AsSpan(i * block, block).CopyTo(MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref box[0, 0, 0], box.Length)));
            T[,,] small = _isPreviews ? SlowPreview.Level(box, _levels.Count, method) : SlowDownsampler.Halve(box, method);
            result.AddRange(MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref small[0, 0, 0], small.Length)).ToArray());
        }

        return (halved, [.. result]);
    }
}
