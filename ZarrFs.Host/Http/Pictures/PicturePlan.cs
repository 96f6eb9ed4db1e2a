using System.Globalization;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Host.Http.Pictures;

/// <summary>What is to be seen in a picture, and where.</summary>
/// <param name="Volume">Whose.</param>
/// <param name="Key">What tells it from other pictures of the volume, in characters that an entity tag may have.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Panels">The slices; what they leave is black.</param>
/// <param name="Channels">The channels, whose colours add up.</param>
/// <param name="T">The time point.</param>
internal sealed record PicturePlan(VolumeFacts Volume, string Key, int Width, int Height, IReadOnlyList<Panel> Panels, IReadOnlyList<int> Channels, long T)
{
    /// <summary>Most pixels of a picture.</summary>
    public const long MostPixels = 1 << 22;

    /// <summary>Most bytes of chunks that one may be made of.</summary>
    public const long MostBytes = 3L << 29;

    /// <summary>Most chunks.</summary>
    public const long MostChunks = 1 << 13;

    // From so many pixels on, a coarser level shows no less of the whole; up to twice as many there are anyhow, since levels are halved.
    private const double LeastLongest = 240;
    private const double MostLongest = 480;
    private const double SmallLongest = 384;
    private const int Gap = 4;

    /// <summary>Whether any channel has another colour than grey, as labels have.</summary>
    public bool IsColor => Volume.IsLabels || Channels.Any(c => Volume.Channels[c].Color is int color && ((color >> 16) != (color & 0xFF) || (color >> 8 & 0xFF) != (color & 0xFF)));

    /// <summary>Bytes of the pixels.</summary>
    public int PixelBytes => Width * Height * (IsColor ? 3 : 1);

    /// <summary>Bytes of one chunk.</summary>
    public long ChunkBytes => Panels[0].Level.Chunk.Count * Volume.DataType.Size();

    /// <summary>All its chunks.</summary>
    public IEnumerable<ChunkAddress> Chunks => Channels.SelectMany(c => Panels.SelectMany(panel => panel.Chunks(Volume.Number, T, c)));

    /// <summary>Three slices through the middle: xy, at its right zy, below it xz, in true proportions; of a volume of one plane, that.</summary>
    public static PicturePlan Overview(VolumeFacts volume, IReadOnlyList<int> channels, long t)
    {
        (double z, double y, double x) = Proportions(volume);
        LevelFacts level = OverviewLevel(volume);
        double longest = Longest(volume, level);
        double scale = longest > MostLongest ? MostLongest / longest : longest < LeastLongest ? Math.Max(1, Math.Floor(SmallLongest / longest)) : 1;
        int depth = Pixels(level.Shape.Z * z), height = Pixels(level.Shape.Y * y), width = Pixels(level.Shape.X * x);
        List<Panel> panels = [new(PictureAxis.Z, level, level.Shape.Z / 2, 0, 0, width, height)];
        bool isFlat = volume.Shape.Z == 1;
        if (!isFlat)
        {
            panels.Add(new Panel(PictureAxis.X, level, level.Shape.X / 2, width + Gap, 0, depth, height));
            panels.Add(new Panel(PictureAxis.Y, level, level.Shape.Y / 2, 0, height + Gap, width, depth));
            width += Gap + depth;
            height += Gap + depth;
        }

        return new PicturePlan(volume, string.Create(CultureInfo.InvariantCulture, $"middle-t{t}-c{string.Join('.', channels)}"), width, height, panels, channels, t);

        int Pixels(double length) => Math.Max(1, (int)Math.Round(length * scale));
    }

    /// <summary>One slice.</summary>
    /// <param name="volume">Whose.</param>
    /// <param name="channels">What of it.</param>
    /// <param name="t">When.</param>
    /// <param name="axis">Across what.</param>
    /// <param name="level">At which resolution.</param>
    /// <param name="index">Which, in voxels of the level.</param>
    /// <param name="size">Pixels of its longer side; null for one pixel a voxel.</param>
    public static PicturePlan Slice(VolumeFacts volume, IReadOnlyList<int> channels, long t, PictureAxis axis, LevelFacts level, long index, int? size)
    {
        (long columns, long rows) = Panel.VoxelsOf(axis, level.Shape);
        (long width, long height) = (columns, rows);
        if (size is { } longer)
        {
            double scale = (double)longer / Math.Max(columns, rows);
            (width, height) = (Math.Max(1, (long)Math.Round(columns * scale)), Math.Max(1, (long)Math.Round(rows * scale)));
        }

        // Who asks for too much is told so; as far as he is concerned, the numbers are right.
        (int pixelsX, int pixelsY) = width > MostPixels || height > MostPixels || width * height > MostPixels ? (0, 0) : ((int)width, (int)height);
        string key = string.Create(CultureInfo.InvariantCulture, $"{axis}{index}-l{level.Index}-t{t}-c{string.Join('.', channels)}-{width}x{height}");
        return new PicturePlan(volume, key, pixelsX, pixelsY, [new Panel(axis, level, index, 0, 0, pixelsX, pixelsY)], channels, t);
    }

    /// <summary>Whether it is within what one request may take.</summary>
    public bool IsWithinLimits
    {
        get
        {
            if (Width == 0) return false;
            long chunks = Panels.Sum(panel => panel.ChunkCount) * Channels.Count;
            return chunks <= MostChunks && chunks * ChunkBytes <= MostBytes;
        }
    }

    /// <summary>The coarsest level that shows the whole in enough pixels; the finest if none does.</summary>
    public static LevelFacts OverviewLevel(VolumeFacts volume) =>
        volume.Levels.LastOrDefault(level => Longest(volume, level) >= LeastLongest) ?? volume.Levels[0];

    /// <summary>The channels that are shown at first.</summary>
    public static int[] ActiveChannels(VolumeFacts volume)
    {
        int[] active = [.. volume.Channels.Select((channel, c) => (channel, c)).Where(static pair => pair.channel.IsActive).Select(static pair => pair.c)];
        return active.Length > 0 ? active : [(int)volume.Leading.C];
    }

    /// <summary>Pixels of the longest side, with no voxel less than a pixel.</summary>
    private static double Longest(VolumeFacts volume, LevelFacts level)
    {
        (double z, double y, double x) = Proportions(volume);
        double plane = Math.Max(level.Shape.Y * y, level.Shape.X * x);
        return volume.Shape.Z == 1 ? plane : Math.Max(plane, level.Shape.Z * z);
    }

    /// <summary>Sides of a voxel, the shortest being 1; z counts only if there is more than one plane.</summary>
    private static (double Z, double Y, double X) Proportions(VolumeFacts volume)
    {
        VoxelSize size = volume.VoxelSize;
        double least = Math.Min(size.Y, size.X);
        if (volume.Shape.Z > 1) least = Math.Min(least, size.Z);
        return (size.Z / least, size.Y / least, size.X / least);
    }
}
