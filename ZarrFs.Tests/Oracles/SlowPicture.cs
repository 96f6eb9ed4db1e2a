using System.Buffers.Binary;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Oracles;

/// <summary>What a slice of a level looks like, pixel by pixel.</summary>
internal static class SlowPicture
{
    /// <summary>Red, green and blue of every pixel, row after row.</summary>
    /// <param name="voxels">The level, in the order t, c, z, y, x.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="type">Its type.</param>
    /// <param name="channels">How channels are displayed.</param>
    /// <param name="shown">Which of them.</param>
    /// <param name="t">The time point.</param>
    /// <param name="at">The voxel of a pixel, from its column and row.</param>
    /// <param name="width">Pixels of a row.</param>
    /// <param name="height">Rows.</param>
    public static byte[] Paint(
        byte[] voxels, VolumeShape shape, DataType type, IReadOnlyList<OmeroChannel> channels, int[] shown, long t,
        Func<int, int, (long Z, long Y, long X)> at, int width, int height)
    {
        byte[] picture = new byte[width * height * 3];
        for (int row = 0; row < height; row++)
        {
            for (int column = 0; column < width; column++)
            {
                (long z, long y, long x) = at(column, row);
                foreach (int c in shown)
                {
                    long index = (((((t * shape.C) + c) * shape.Z) + z) * shape.Y + y) * shape.X + x;
                    double value = Value(voxels.AsSpan((int)index * type.Size()), type);
                    ContrastWindow window = channels[c].Window;
                    double part = (value - window.Start) / (window.End - window.Start);
                    if (double.IsNaN(part) || part < 0) part = 0;
                    if (part > 1) part = 1;
                    for (int k = 0; k < 3; k++)
                    {
                        int color = (channels[c].Color >> (16 - (8 * k))) % 256;
                        ref byte sample = ref picture[(((row * width) + column) * 3) + k];
                        sample = (byte)Math.Min(255, sample + (int)Math.Floor((part * color) + 0.5));
                    }
                }
            }
        }

        return picture;
    }

    private static double Value(ReadOnlySpan<byte> bytes, DataType type) => type switch
    {
        DataType.UInt8 => bytes[0],
        DataType.Int8 => (sbyte)bytes[0],
        DataType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        DataType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        DataType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        DataType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        DataType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        DataType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        DataType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        _ => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
    };
}
