using System.Globalization;
using System.Text.Json;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Metadata;

/// <summary>How a channel is displayed: one entry of <c>omero.channels</c>.</summary>
/// <param name="Label">Name for people.</param>
/// <param name="Color">0xRRGGBB.</param>
/// <param name="IsActive">Whether viewers show it at first.</param>
/// <param name="Window">From black to full colour.</param>
public sealed record OmeroChannel(string Label, int Color, bool IsActive, ContrastWindow Window)
{
    private const int MostActive = 6; // as many as there are colours that can be told apart
    private const int MostEstimated = 16;
    private const int MostChannels = 4096;
    private const int White = 0xFFFFFF;

    // vizarr's and napari's for channels without a colour.
    private static readonly int[] ColorsOfTwo = [0xFF00FF, 0x00FF00];
    private static readonly int[] ColorsOfMore = [0x00FFFF, 0xFFFF00, 0xFF00FF, 0xFF0000, 0x00FF00, 0x0000FF];

    private static readonly string[] Samples = ["red", "green", "blue", "alpha"];

    /// <summary>
    /// One for each channel of a volume: what the source says of it, and defaults for what it does not. Windows are estimated from a few
    /// rows of the first sixteen channels at most; any others have the one that spans those. Red, green and blue share one, or the colours
    /// would be other than the picture's.
    /// </summary>
    /// <param name="multiscale">The volume.</param>
    /// <param name="mustRead">True if a failing disk is told rather than passed over.</param>
    /// <exception cref="SourceException">The source cannot be read now, and <paramref name="mustRead"/>.</exception>
    /// <exception cref="UnsupportedException">There are more channels than a document can sensibly list.</exception>
    public static IReadOnlyList<OmeroChannel> Of(Multiscale multiscale, bool mustRead = false)
    {
        Volume volume = multiscale.Volume;
        if (volume.Shape.C > MostChannels)
            throw new UnsupportedException(volume.Source.Path, $"{volume.Shape.C} channels are not supported; the limit is {MostChannels}");
        int count = (int)volume.Shape.C;
        bool isPicture = IsPicture(volume.Source.Channels);
        var windows = new ContrastWindow?[count];
        for (int c = 0; c < count; c++) windows[c] = Stated(volume, c);
        if (isPicture && volume.DataType == DataType.UInt8) windows.AsSpan().Fill(ContrastWindow.Of(DataType.UInt8));
        ContrastWindow? all = null;
        int estimated = Math.Min(count, ContrastEstimate.MostChannels(volume, MostEstimated));
        for (int c = 0; c < estimated; c++)
        {
            windows[c] ??= ContrastEstimate.Of(volume, c, multiscale.Leading.T, mustRead);
            if (!isPicture || c < 3) all = all?.Spanning(windows[c]!.Value) ?? windows[c];
        }

        // One colour for several channels, as of ImageJ's greyscale mode, would make them one picture in which nothing can be told apart.
        bool hasColors = count == 1 || volume.Source.Channels.Select(channel => channel.Color).Distinct().Count() > 1;
        var channels = new OmeroChannel[count];
        for (int c = 0; c < count; c++)
        {
            ChannelInfo info = c < volume.Source.Channels.Count ? volume.Source.Channels[c] : ChannelInfo.None;
            channels[c] = new OmeroChannel(
                string.IsNullOrWhiteSpace(info.Name) ? (count == 1 ? multiscale.Name : $"channel {c}") : info.Name,
                ((hasColors ? info.Color : null) ?? DefaultColor(c, count)) & White,
                isPicture ? c < 3 : c < MostActive,
                isPicture ? all!.Value : windows[c] ?? all!.Value);
        }

        return channels;
    }

    /// <summary>Writes the entry.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("label", Label);
        writer.WriteString("color", Color.ToString("X6", CultureInfo.InvariantCulture));
        writer.WriteBoolean("active", IsActive);
        writer.WriteStartObject("window");
        writer.WriteNumber("start", Window.Start);
        writer.WriteNumber("end", Window.End);
        writer.WriteNumber("min", Window.Min);
        writer.WriteNumber("max", Window.Max);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static int DefaultColor(int channel, int count) => count switch
    {
        1 => White,
        2 => ColorsOfTwo[channel],
        _ => ColorsOfMore[channel % ColorsOfMore.Length],
    };

    /// <summary>True for samples of a pixel: red, green, blue, and alpha, which is none to look at.</summary>
    private static bool IsPicture(IReadOnlyList<ChannelInfo> channels) =>
        channels.Count is 3 or 4 && channels.Select(channel => channel.Name).SequenceEqual(Samples.Take(channels.Count), StringComparer.OrdinalIgnoreCase);

    /// <summary>The source's own display range in the volume's type, within what that can hold; null for none, or for one that is no range.</summary>
    private static ContrastWindow? Stated(Volume volume, int channel)
    {
        if (channel >= volume.Source.Channels.Count || volume.Source.Channels[channel].Window is not (double start, double end)) return null;
        if (volume.DataType == DataType.UInt8 && volume.Source.DataType == DataType.UInt16) (start, end) = (Math.Floor(start / 256), Math.Ceiling(end / 256));
        if (!double.IsFinite(start) || !double.IsFinite(end)) return null;
        if (volume.DataType is not (DataType.Float32 or DataType.Float64))
        {
            ContrastWindow range = ContrastWindow.Of(volume.DataType);
            (start, end) = (Math.Max(start, range.Min), Math.Min(end, range.Max));
            return start < end ? range with { Start = start, End = end } : null;
        }

        return start < end ? new ContrastWindow(start, end, start, end) : null;
    }
}
