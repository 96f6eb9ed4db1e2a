using System.Numerics;
using System.Runtime.InteropServices;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Host.Http.Pictures;

/// <summary>
/// Puts the voxels of a chunk into a picture. A voxel v of a channel with the window from s to e has the brightness (v − s) / (e − s), kept within 0 and
/// 1; of each of the channel's colours that part is added, rounded, to what is there, up to 255. What is no number is black. A label is as bright as can be,
/// in a colour of its own.
/// </summary>
/// <param name="plan">The picture.</param>
/// <param name="pixels">Its pixels: a byte each, or RGB.</param>
internal sealed class VoxelPainter(PicturePlan plan, Memory<byte> pixels)
{
    private readonly int _samples = plan.IsColor ? 3 : 1;

    /// <summary>Paints what a panel shows of a chunk.</summary>
    public void Paint(Panel panel, in ChunkAddress address, ReadOnlySpan<byte> chunk)
    {
        OmeroChannel channel = plan.Volume.Channels[(int)address.C];
        switch (plan.Volume.DataType)
        {
            case DataType.UInt8: Paint<byte>(panel, address, chunk, channel); break;
            case DataType.Int8: Paint<sbyte>(panel, address, chunk, channel); break;
            case DataType.UInt16: Paint<ushort>(panel, address, chunk, channel); break;
            case DataType.Int16: Paint<short>(panel, address, chunk, channel); break;
            case DataType.UInt32: Paint<uint>(panel, address, chunk, channel); break;
            case DataType.Int32: Paint<int>(panel, address, chunk, channel); break;
            case DataType.UInt64: Paint<ulong>(panel, address, chunk, channel); break;
            case DataType.Int64: Paint<long>(panel, address, chunk, channel); break;
            case DataType.Float32: Paint<float>(panel, address, chunk, channel); break;
            case DataType.Float64: Paint<double>(panel, address, chunk, channel); break;
            default: throw new InvalidOperationException($"{plan.Volume.DataType} is not a data type");
        }
    }

    private void Paint<T>(Panel panel, in ChunkAddress address, ReadOnlySpan<byte> chunk, OmeroChannel channel)
        where T : unmanaged, INumber<T>
    {
        ReadOnlySpan<T> voxels = MemoryMarshal.Cast<byte, T>(chunk);
        ChunkShape size = panel.Level.Chunk;
        (long firstColumn, int columns, int columnStep, long firstRow, int rows, int rowStep, int across) = panel.Axis switch
        {
            PictureAxis.Z => (address.X * size.X, size.X, 1, address.Y * size.Y, size.Y, size.X, (int)(panel.Index % size.Z) * size.Y * size.X),
            PictureAxis.Y => (address.X * size.X, size.X, 1, address.Z * size.Z, size.Z, size.Y * size.X, (int)(panel.Index % size.Y) * size.X),
            _ => (address.Z * size.Z, size.Z, size.Y * size.X, address.Y * size.Y, size.Y, size.X, (int)(panel.Index % size.X)),
        };
        (long columnVoxels, long rowVoxels) = panel.Voxels;
        (int left, int right) = Panel.PixelsOf(firstColumn, firstColumn + columns, panel.Width, columnVoxels);
        (int top, int bottom) = Panel.PixelsOf(firstRow, firstRow + rows, panel.Height, rowVoxels);
        int[] places = new int[right - left];
        for (int i = 0; i < places.Length; i++) places[i] = (int)(Panel.VoxelAt(left + i, panel.Width, columnVoxels) - firstColumn) * columnStep;

        Span<byte> picture = pixels.Span;
        for (int y = top; y < bottom; y++)
        {
            int row = across + ((int)(Panel.VoxelAt(y, panel.Height, rowVoxels) - firstRow) * rowStep);
            int at = (((panel.Top + y) * plan.Width) + panel.Left + left) * _samples;
            foreach (int place in places)
            {
                T voxel = voxels[row + place];
                int color = plan.Volume.IsLabels ? LabelColor.Of(ulong.CreateTruncating(voxel)) : channel.Color;
                double brightness = plan.Volume.IsLabels ? 1 : Brightness(double.CreateTruncating(voxel), channel.Window);
                if (_samples == 1)
                {
                    Add(ref picture[at++], brightness, color & 0xFF);
                    continue;
                }

                Add(ref picture[at++], brightness, color >> 16);
                Add(ref picture[at++], brightness, color >> 8 & 0xFF);
                Add(ref picture[at++], brightness, color & 0xFF);
            }
        }
    }

    private static double Brightness(double voxel, in ContrastWindow window)
    {
        if (double.IsNaN(voxel)) return 0;
        if (window.End <= window.Start) return voxel >= window.End ? 1 : 0;
        return Math.Clamp((voxel - window.Start) / (window.End - window.Start), 0, 1);
    }

    private static void Add(ref byte sample, double brightness, int color) => sample = (byte)Math.Min(255, sample + (int)((brightness * color) + 0.5));
}
