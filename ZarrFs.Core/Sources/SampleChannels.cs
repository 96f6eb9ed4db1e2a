using ZarrFs.Core.Tiff;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources;

/// <summary>What the channels are that the samples of a pixel make.</summary>
internal static class SampleChannels
{
    private const int Rgb = 2, Cmyk = 5;

    private static readonly ChannelInfo[] Colors =
        [new("red", 0xFF0000, null), new("green", 0x00FF00, null), new("blue", 0x0000FF, null), new("alpha", 0xFFFFFF, null)];

    private static readonly ChannelInfo[] Inks =
        [new("cyan", 0x00FFFF, null), new("magenta", 0xFF00FF, null), new("yellow", 0xFFFF00, null), new("black", 0xFFFFFF, null)];

    /// <summary>
    /// One for each channel of a volume: those of the samples, which no description knows better, and what a description says of all else.
    /// </summary>
    /// <param name="layout">How the samples lie.</param>
    /// <param name="described">One for each channel of the volume, or none.</param>
    /// <param name="count">Channels of the volume, a multiple of the layout's.</param>
    public static IReadOnlyList<ChannelInfo> Of(PageLayout layout, IReadOnlyList<ChannelInfo> described, long count)
    {
        if (described.Count != count) described = [];
        ReadOnlySpan<ChannelInfo> known =
            layout.IsExpanded || layout.IsJpegColor || (layout.Photometric == Rgb && layout.Channels >= 3) ? Colors
            : layout.Photometric == Cmyk && layout.Channels >= 4 ? Inks
            : [];
        if (known.IsEmpty || count != layout.Channels) return described;
        var channels = new ChannelInfo[layout.Channels];
        for (int c = 0; c < channels.Length; c++)
        {
            ChannelInfo info = described.Count > 0 ? described[c] : ChannelInfo.None;
            channels[c] = c < known.Length ? known[c] with { Window = info.Window } : info;
        }

        return channels;
    }
}
