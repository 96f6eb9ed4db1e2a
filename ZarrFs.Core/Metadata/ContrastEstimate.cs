using System.Numerics;
using System.Runtime.InteropServices;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Metadata;

/// <summary>A contrast window from a few rows of the volume: good enough to see something, cheap enough to take before the first answer.</summary>
public static class ContrastEstimate
{
    private const int Planes = 3;
    private const int RowsPerPlane = 8;
    private const int MostColumns = 1 << 16;

    /// <summary>
    /// Looks at 24 rows spread over the middle half of the volume. From black to white are the 0.1th and the 99.9th percentile of what is
    /// not fill; if nothing can be read, or all is fill, everything the type can hold.
    /// </summary>
    public static ContrastWindow Of(Volume volume) => volume.DataType switch
    {
        DataType.UInt8 => Of<byte>(volume),
        DataType.Int8 => Of<sbyte>(volume),
        DataType.UInt16 => Of<ushort>(volume),
        DataType.Int16 => Of<short>(volume),
        DataType.UInt32 => Of<uint>(volume),
        DataType.Int32 => Of<int>(volume),
        DataType.UInt64 => Of<ulong>(volume),
        DataType.Int64 => Of<long>(volume),
        DataType.Float32 => Of<float>(volume),
        _ => Of<double>(volume),
    };

    private static ContrastWindow Of<T>(Volume volume)
        where T : unmanaged, INumber<T>
    {
        var range = ContrastWindow.Of(volume.DataType);
        int width = (int)Math.Min(volume.Shape.X, MostColumns);
        var row = new T[width];
        var scratch = new byte[volume.ScratchBytes(width)];
        var values = new List<T>();
        for (int plane = 0; plane < Planes; plane++)
        {
            long z = volume.Shape.Z * (plane + 1) / (Planes + 1);
            for (int i = 0; i < RowsPerPlane; i++)
            {
                long y = (volume.Shape.Y / 4) + (volume.Shape.Y * i / (2 * RowsPerPlane));
                try
                {
                    if (!volume.Read(new Region(z, Math.Min(y, volume.Shape.Y - 1), 0, 1, 1, width), MemoryMarshal.AsBytes(row.AsSpan()), scratch)) break;
                }
                catch (SourceException)
                {
                    break; // a bad slice has no say in the contrast; whoever reads it is told
                }

                foreach (T value in row)
                {
                    if (!T.IsZero(value) && T.IsFinite(value)) values.Add(value);
                }
            }
        }

        if (values.Count == 0) return range;
        values.Sort();
        double start = double.CreateChecked(values[values.Count / 1000]);
        double end = double.CreateChecked(values[values.Count - 1 - (values.Count / 1000)]);
        if (end <= start && start > range.Min) start = end - 1; // one value only: white, within what the type can hold
        else if (end <= start) end = start + 1;
        bool isFloat = volume.DataType is DataType.Float32 or DataType.Float64;
        return isFloat ? new ContrastWindow(start, end, start, end) : range with { Start = start, End = end };
    }
}
