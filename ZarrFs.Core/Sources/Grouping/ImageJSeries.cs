using ZarrFs.Core.Tiff.Descriptions;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources.Grouping;

/// <summary>The pages of a file as ImageJ's description orders them.</summary>
internal static class ImageJSeries
{
    // CompositeImage's colours for channels that have no table of their own.
    private static readonly int[] Composite = [0xFF0000, 0x00FF00, 0x0000FF, 0xFFFFFF, 0x00FFFF, 0xFF00FF, 0xFFFF00];

    /// <summary>Orders the pages; where the numbers contradict them they go along z, and <paramref name="notes"/> says so.</summary>
    public static ImageSeries Of(PageGroups pages, TiffDescription description, ImageJDescription imageJ, List<string> notes)
    {
        PlaneTable planes = Table(pages, imageJ, notes);
        string order = imageJ.Order.ToUpperInvariant();
        if (!PlaneOrder.IsValid(order))
        {
            notes.Add($"ImageJ's description has order={imageJ.Order}, which is none: pages are taken in the order czt");
            order = "CZT";
        }

        return new ImageSeries
        {
            Planes = PageStack.Along(pages.Main, order, planes),
            VoxelSize = imageJ.VoxelSize(description.XResolution, description.YResolution),
            TimeStep = planes.T > 1 ? imageJ.TimeStep : null,
            Channels = pages.Layout.Channels == 1 ? Channels((int)planes.C, description, imageJ) : [],
            Origin = (planes.T, planes.C) == (1, 1) ? "ImageJ stack" : "ImageJ hyperstack",
        };
    }

    private static PlaneTable Table(PageGroups pages, ImageJDescription imageJ, List<string> notes)
    {
        int count = pages.Main.Count;
        (long c, long z, long t) = (imageJ.Channels, imageJ.Slices, imageJ.Frames);
        bool sensible = IsCount(c) && IsCount(z) && IsCount(t);
        if (sensible && (Int128)c * z * t == count) return new PlaneTable(t, c, z);
        // Bio-Formats and others count the samples of a colour pixel as channels.
        if (sensible && c == pages.Layout.Channels && (Int128)z * t == count) return new PlaneTable(t, 1, z);
        if (sensible && (z, t) == (1, 1) && count % c == 0) return new PlaneTable(1, c, count / c);
        notes.Add($"ImageJ's description says {c} channels × {z} slices × {t} frames and the file has {(count == 1 ? "one page" : $"{count} pages")}: shown along z");
        return new PlaneTable(1, 1, count);

        static bool IsCount(long number) => number is >= 1 and <= int.MaxValue;
    }

    private static ChannelInfo[] Channels(int count, TiffDescription description, ImageJDescription imageJ)
    {
        ChannelInfo[] channels = new ChannelInfo[count];
        for (int c = 0; c < count; c++)
        {
            // The range in the description is that of the channel which was shown last.
            (double, double)? window = description.ImageJ.Ranges.ElementAtOrDefault(c) ?? (count == 1 ? imageJ.Window : null);
            channels[c] = new ChannelInfo(null, Color(c, count, description, imageJ), window);
        }

        return channels.All(static channel => channel == ChannelInfo.None) ? [] : channels;
    }

    private static int? Color(int channel, int count, TiffDescription description, ImageJDescription imageJ)
    {
        if (channel < description.ImageJ.Colors.Count) return description.ImageJ.Colors[channel];
        if (count == 1) return description.PaletteColor;
        return imageJ.Mode switch
        {
            "composite" or "color" => Composite[channel % Composite.Length],
            "grayscale" => 0xFFFFFF,
            _ => null,
        };
    }
}
