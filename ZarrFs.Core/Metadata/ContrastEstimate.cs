using System.Numerics;
using System.Runtime.InteropServices;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Metadata;

/// <summary>
/// A contrast window from a few rows of the volume, spread evenly over all of it as the voxels of the coarsest level are: cheap enough to take before the first
/// answer. Not that level's own voxels: exact ones cost the whole source, and means of thousands of voxels span less than those that are seen close by: 12152 to
/// 38810 instead of 9530 to 42191 in a scroll's 390 slices of 2000 × 1500.
/// </summary>
public static class ContrastEstimate
{
    // 81 rows are 81 places on a disk: half a second for one that turns, 1.3 MB of a scroll 8096 voxels wide.
    private const int Steps = 9;

    // So small a volume is looked at whole.
    private const int FewVoxels = 1 << 18;
    private const int FewRows = 1 << 12;

    // In a volume that is nearly all fill.
    private const int FinerSteps = 2 * Steps;
    private const int Few = 100;

    // Where rows are decoded.
    private const int Planes = 3;
    private const int RowsPerPlane = 8;

    private const int MostColumns = 1 << 16;
    private const int ValuesPerRow = 1 << 12;

    // Of strips and tiles that must be decoded whole: half a second or less before the first answer.
    private const long MostDecoded = 128 << 20;

    // What so little is decoded for is read like what need not be.
    private const long LittleDecoded = 16 << 20;

    /// <summary>
    /// Looks at 9 rows of each of 9 planes of a channel, of a small one at all. From black to white are the 0.1th and the 99.9th percentile of what is neither fill nor no number; if
    /// nothing can be read, or all is fill, everything the type can hold. Where rows must be decoded, and that is not done in a moment, they are 8 of 3 planes
    /// or of one, and of what is decoded for the first of them.
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
        var rows = new Rows<T>(volume, channel, time, mustRead);
        if (volume.Source.Unit.IsDecoded && PlaneBytes(volume) * Steps * volume.Shape.C > LittleDecoded)
        {
            AddDecoded(rows, volume);
        }
        else
        {
            VolumeShape shape = volume.Shape;
            bool isSmall = (Int128)shape.Z * shape.Y <= FewRows && (Int128)shape.Z * shape.Y * shape.X <= FewVoxels;
            AddEvenly(rows, volume, isSmall ? FewRows : Steps);
            if (!isSmall && rows.Values.Count < Few) AddEvenly(rows, volume, FinerSteps);
        }

        return Window(volume.DataType, rows.Values);
    }

    private static void AddEvenly<T>(Rows<T> rows, Volume volume, int steps)
        where T : unmanaged, INumber<T>
    {
        (int planes, int lines) = ((int)Math.Min(steps, volume.Shape.Z), (int)Math.Min(steps, volume.Shape.Y));
        for (int i = 0; i < planes; i++)
        {
            for (int j = 0; j < lines; j++)
            {
                if (!rows.TryAdd(Place(volume.Shape.Z, i, planes), Place(volume.Shape.Y, j, lines), 0, rows.Width)) break;
            }
        }
    }

    private static void AddDecoded<T>(Rows<T> rows, Volume volume)
        where T : unmanaged, INumber<T>
    {
        bool isCostly = DecodedBytes(volume) * Planes * volume.Shape.C > MostDecoded;
        (long first, long height) = MiddleRows(volume);
        List<(long Start, long End)> parts = Units(volume, rows.Width);
        long decoded = 0;
        foreach (int plane in (ReadOnlySpan<int>)[2, 1, 3]) // the middle first
        {
            long z = volume.Shape.Z * plane / (Planes + 1);
            // All rows of a strip, tile or chunk before the next one: it is decoded once.
            foreach ((long x, long endX) in parts)
            {
                if ((decoded += DecodedBytes(volume, endX - x)) > MostDecoded && rows.Values.Count > 0) break;
                for (int i = 0; i < RowsPerPlane; i++)
                {
                    if (!rows.TryAdd(z, Math.Min(first + (height * i / RowsPerPlane), volume.Shape.Y - 1), x, endX)) break;
                }
            }

            if (isCostly && rows.Values.Count > 0) break;
        }
    }

    /// <summary>The middle of one of so many equal parts.</summary>
    private static long Place(long length, int index, int count) => (long)((Int128)length * ((2 * index) + 1) / (2 * count));

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

    /// <summary>Of what is decoded, the strip or the row of tiles in the middle; the middle half where that is only a few rows high.</summary>
    private static (long First, long Height) MiddleRows(Volume volume)
    {
        ReadUnit unit = volume.Source.Unit;
        if (unit.Height < RowsPerPlane) return (volume.Shape.Y / 4, volume.Shape.Y / 2);
        long middle = volume.Shape.Y / 2;
        long first = middle / unit.Height * unit.Height;
        return (first, Math.Min(unit.Height, volume.Shape.Y - first));
    }

    /// <summary>Bytes that must be decoded for a whole plane.</summary>
    private static Int128 PlaneBytes(Volume volume)
    {
        ReadUnit unit = volume.Source.Unit;
        return (Int128)unit.Depth * Math.Max(unit.Height, volume.Shape.Y) * Math.Max(unit.Width, volume.Shape.X) * volume.Source.DataType.Size();
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

    /// <summary>Values of rows that were read.</summary>
    private sealed class Rows<T>
        where T : unmanaged, INumber<T>
    {
        private readonly Volume _volume;
        private readonly long _channel;
        private readonly long _time;
        private readonly bool _mustRead;
        private readonly T[] _row;
        private readonly byte[] _scratch;

        public Rows(Volume volume, long channel, long time, bool mustRead)
        {
            (_volume, _channel, _time, _mustRead) = (volume, channel, time, mustRead);
            _row = new T[(int)Math.Min(volume.Shape.X, MostColumns)];
            _scratch = new byte[volume.ScratchBytes(_row.Length)];
        }

        /// <summary>Columns that are looked at.</summary>
        public int Width => _row.Length;

        /// <summary>What was found that is a number and not fill.</summary>
        public List<T> Values { get; } = [];

        /// <summary>Reads a part of a row; false if it is bad, as other rows of its plane are likely to be too.</summary>
        public bool TryAdd(long z, long y, long x, long endX)
        {
            Span<T> part = _row.AsSpan(0, (int)(endX - x));
            try
            {
                if (!_volume.Read(new Region(_time, _channel, z, y, x, 1, 1, part.Length), MemoryMarshal.AsBytes(part), _scratch)) return true;
            }
            catch (SourceException failure) when (!_mustRead || failure.InnerException is not (IOException or UnauthorizedAccessException))
            {
                return false; // a bad slice has no say in the contrast; whoever reads it is told
            }

            int step = (Width + ValuesPerRow - 1) / ValuesPerRow;
            for (int i = 0; i < part.Length; i += step)
            {
                if (!T.IsZero(part[i]) && T.IsFinite(part[i])) Values.Add(part[i]);
            }

            return true;
        }
    }
}
