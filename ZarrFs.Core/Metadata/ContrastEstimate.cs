using System.Numerics;
using System.Runtime.InteropServices;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Metadata;

/// <summary>A contrast window from a few rows of the volume: good enough to see something, cheap enough to take before the first answer.</summary>
public static class ContrastEstimate
{
    private const int Planes = 3;
    private const int RowsPerPlane = 8;
    private const int MostColumns = 1 << 16;

    // Of strips and tiles that must be decoded whole: half a second or less before the first answer.
    private const long MostDecoded = 128 << 20;

    /// <summary>
    /// Looks at 24 rows of a channel, spread over the middle half of the volume. From black to white are the 0.1th and the 99.9th percentile
    /// of what is not fill; if nothing can be read, or all is fill, everything the type can hold. Where a row costs the decoding of a whole
    /// slice or much of it, the rows are of one slice and of what is decoded for the first of them.
    /// </summary>
    /// <param name="volume">The volume.</param>
    /// <param name="channel">The channel, from 0.</param>
    /// <param name="time">The time point, from 0.</param>
    /// <param name="mustRead">
    /// True if a failing disk is told rather than taken for a bad slice: where the window is written down, it must not depend on the moment.
    /// </param>
    /// <exception cref="SourceException">The source cannot be read now, and <paramref name="mustRead"/>.</exception>
    public static ContrastWindow Of(Volume volume, long channel = 0, long time = 0, bool mustRead = false) => volume.DataType switch
    {
        DataType.UInt8 => Of<byte>(volume, channel, time, mustRead),
        DataType.Int8 => Of<sbyte>(volume, channel, time, mustRead),
        DataType.UInt16 => Of<ushort>(volume, channel, time, mustRead),
        DataType.Int16 => Of<short>(volume, channel, time, mustRead),
        DataType.UInt32 => Of<uint>(volume, channel, time, mustRead),
        DataType.Int32 => Of<int>(volume, channel, time, mustRead),
        DataType.UInt64 => Of<ulong>(volume, channel, time, mustRead),
        DataType.Int64 => Of<long>(volume, channel, time, mustRead),
        DataType.Float32 => Of<float>(volume, channel, time, mustRead),
        _ => Of<double>(volume, channel, time, mustRead),
    };

    /// <summary>How many channels may be estimated, at least one and at most <paramref name="most"/>, before too much would be decoded.</summary>
    public static int MostChannels(Volume volume, int most)
    {
        ReadUnit unit = volume.Source.Unit;
        if (!unit.IsDecoded || unit.Channels > 1) return most; // the samples of a pixel are decoded together
        return (int)Math.Clamp(MostDecoded / Math.Max(1, DecodedBytes(volume)), 1, most);
    }

    private static ContrastWindow Of<T>(Volume volume, long channel, long time, bool mustRead)
        where T : unmanaged, INumber<T>
    {
        int width = (int)Math.Min(volume.Shape.X, MostColumns);
        var row = new T[width];
        var scratch = new byte[volume.ScratchBytes(width)];
        var values = new List<T>();
        bool isDecoded = volume.Source.Unit.IsDecoded;
        bool isCostly = isDecoded && DecodedBytes(volume) * Planes * volume.Shape.C > MostDecoded;
        (long first, long rows) = Rows(volume);
        List<(long Start, long End)> parts = isDecoded ? Units(volume, width) : [(0, width)];
        long decoded = 0;
        foreach (int plane in (ReadOnlySpan<int>)[2, 1, 3]) // the middle first
        {
            long z = volume.Shape.Z * plane / (Planes + 1);
            // All rows of a strip, tile or chunk before the next one: it is decoded once.
            foreach ((long x, long endX) in parts)
            {
                if (isDecoded && (decoded += DecodedBytes(volume, endX - x)) > MostDecoded && values.Count > 0) break;
                for (int i = 0; i < RowsPerPlane; i++)
                {
                    long y = Math.Min(first + (rows * i / RowsPerPlane), volume.Shape.Y - 1);
                    Span<T> part = row.AsSpan(0, (int)(endX - x));
                    try
                    {
                        if (!volume.Read(new Region(time, channel, z, y, x, 1, 1, part.Length), MemoryMarshal.AsBytes(part), scratch)) break;
                    }
                    catch (SourceException failure) when (!mustRead || failure.InnerException is not (IOException or UnauthorizedAccessException))
                    {
                        break; // a bad slice has no say in the contrast; whoever reads it is told
                    }

                    foreach (T value in part)
                    {
                        if (!T.IsZero(value) && T.IsFinite(value)) values.Add(value);
                    }
                }
            }

            if (isCostly && values.Count > 0) break;
        }

        return Window(volume.DataType, values);
    }

    /// <summary>What is decoded of a row, unit by unit: from the middle to the end, where there is most to be seen, then the rest.</summary>
    private static List<(long Start, long End)> Units(Volume volume, long width)
    {
        List<(long Start, long End)> units = [];
        for (long x = 0, end; x < width; x = end)
        {
            end = Math.Min(width, volume.WidenX(x, x + 1).End);
            units.Add((x, end));
        }

        return [.. units[(units.Count / 2)..], .. units[..(units.Count / 2)]];
    }

    private static ContrastWindow Window<T>(DataType type, List<T> values)
        where T : unmanaged, INumber<T>
    {
        var range = ContrastWindow.Of(type);
        if (values.Count == 0) return range;
        values.Sort();
        double start = double.CreateChecked(values[values.Count / 1000]);
        double end = double.CreateChecked(values[values.Count - 1 - (values.Count / 1000)]);
        if (end <= start && start > range.Min) start = end - 1; // one value only: white, within what the type can hold
        else if (end <= start) end = start + 1;
        return type is DataType.Float32 or DataType.Float64 ? new ContrastWindow(start, end, start, end) : range with { Start = start, End = end };
    }

    /// <summary>Where to look: the middle half, or, of what is decoded, the strip or the row of tiles in the middle.</summary>
    private static (long First, long Rows) Rows(Volume volume)
    {
        ReadUnit unit = volume.Source.Unit;
        if (!unit.IsDecoded || unit.Height < RowsPerPlane) return (volume.Shape.Y / 4, volume.Shape.Y / 2);
        long middle = volume.Shape.Y / 2;
        long first = middle / unit.Height * unit.Height;
        return (first, Math.Min(unit.Height, volume.Shape.Y - first));
    }

    /// <summary>Bytes that must be decoded for the rows of one plane.</summary>
    private static long DecodedBytes(Volume volume) => DecodedBytes(volume, Math.Max(volume.Source.Unit.Width, volume.Shape.X));

    /// <summary>The same for some columns.</summary>
    private static long DecodedBytes(Volume volume, long columns)
    {
        ReadUnit unit = volume.Source.Unit;
        long height = unit.Height < RowsPerPlane ? unit.Height * RowsPerPlane : unit.Height;
        return unit.Depth * height * columns * volume.Source.DataType.Size();
    }
}
