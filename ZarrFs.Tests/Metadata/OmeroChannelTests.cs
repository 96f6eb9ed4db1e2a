using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Metadata;

public sealed class OmeroChannelTests
{
    private const int Cyan = 0x00FFFF, Yellow = 0xFFFF00, Magenta = 0xFF00FF, Red = 0xFF0000, Green = 0x00FF00, Blue = 0x0000FF;

    public static TheoryData<int, int[]> DefaultColors() => new()
    {
        { 1, [0xFFFFFF] },
        { 2, [Magenta, Green] },
        { 3, [Cyan, Yellow, Magenta] },
        { 7, [Cyan, Yellow, Magenta, Red, Green, Blue, Cyan] },
    };

    [Theory]
    [MemberData(nameof(DefaultColors))]
    public void Channels_of_which_nothing_is_known_have_colours_that_can_be_told_apart(int channels, int[] colors)
    {
        IReadOnlyList<OmeroChannel> shown = OmeroChannel.Of(Multiscale(Steps(channels)));
        Assert.Equal(colors, shown.Select(channel => channel.Color));
        Assert.Equal(channels == 1 ? ["v"] : [.. Enumerable.Range(0, channels).Select(c => $"channel {c}")], shown.Select(channel => channel.Label));
        Assert.Equal(Enumerable.Range(0, channels).Select(c => c < 6), shown.Select(channel => channel.IsActive));
    }

    [Fact]
    public void Each_channel_has_a_contrast_of_its_own()
    {
        ContrastWindow[] windows = [.. OmeroChannel.Of(Multiscale(Steps(3))).Select(channel => channel.Window)];
        Assert.Equal([new(100, 102, 0, 65535), new(200, 202, 0, 65535), new(300, 302, 0, 65535)], windows);
    }

    [Fact]
    public void The_contrast_is_of_the_chosen_time() =>
        Assert.Equal(new ContrastWindow(1100, 1102, 0, 65535), OmeroChannel.Of(Multiscale(Steps(1, times: 2), new LeadingIndex(1, 0)))[0].Window);

    [Fact]
    public void What_the_source_says_goes_first()
    {
        ArraySource source = Steps(3, [new("DAPI", Blue, (10, 20)), new(null, null, null), new(" ", 0x123456, (9, 9))]);
        IReadOnlyList<OmeroChannel> shown = OmeroChannel.Of(Multiscale(source));
        Assert.Equal(["DAPI", "channel 1", "channel 2"], shown.Select(channel => channel.Label));
        Assert.Equal([Blue, Yellow, 0x123456], shown.Select(channel => channel.Color));
        Assert.Equal([new(10, 20, 0, 65535), new(200, 202, 0, 65535), new(300, 302, 0, 65535)], shown.Select(channel => channel.Window)); // 9 to 9 is no range
    }

    [Fact]
    public void One_colour_for_several_channels_is_none()
    {
        Assert.Equal([Magenta, Green], OmeroChannel.Of(Multiscale(Steps(2, [new("a", 0xFFFFFF, null), new("b", 0xFFFFFF, null)]))).Select(channel => channel.Color));
        Assert.Equal([Blue], OmeroChannel.Of(Multiscale(Steps(1, [new("a", Blue, null)]))).Select(channel => channel.Color));
    }

    [Theory]
    [InlineData(512, 1025, 2, 5)]
    [InlineData(-5, 1e9, 0, 255)]
    public void A_stated_range_follows_the_type_that_is_shown(double start, double end, double shownStart, double shownEnd)
    {
        ArraySource source = Steps(1, [new(null, null, (start, end))]);
        var multiscale = new Multiscale("v", new Volume(source, VolumeRanges.All, DataType.UInt8, null), new ChunkShape(8, 8, 8), null, DownsampleMethod.Mean);
        Assert.Equal(new ContrastWindow(shownStart, shownEnd, 0, 255), OmeroChannel.Of(multiscale)[0].Window);
    }

    [Theory]
    [InlineData(double.NaN, 1)]
    [InlineData(0, double.PositiveInfinity)]
    [InlineData(70000, 80000)]
    public void A_stated_range_that_is_none_is_not_taken(double start, double end) =>
        Assert.Equal(new ContrastWindow(100, 102, 0, 65535), OmeroChannel.Of(Multiscale(Steps(1, [new(null, null, (start, end))])))[0].Window);

    [Fact]
    public void Red_green_and_blue_share_a_contrast_and_alpha_is_not_shown()
    {
        ArraySource source = Steps(4, [new("red", Red, null), new("green", Green, null), new("blue", Blue, null), new("alpha", 0xFFFFFF, null)]);
        IReadOnlyList<OmeroChannel> shown = OmeroChannel.Of(Multiscale(source));
        Assert.All(shown, channel => Assert.Equal(new ContrastWindow(100, 302, 0, 65535), channel.Window));
        Assert.Equal([true, true, true, false], shown.Select(channel => channel.IsActive));
        Assert.Equal([Red, Green, Blue, 0xFFFFFF], shown.Select(channel => channel.Color));
    }

    [Fact]
    public void A_picture_of_bytes_is_shown_as_it_is()
    {
        var shape = new VolumeShape(1, 3, 4, 40, 40);
        var source = new ArraySource(shape, DataType.UInt8, [.. Enumerable.Repeat((byte)77, (int)shape.Count)])
        {
            Channels = [new("red", Red, null), new("green", Green, null), new("blue", Blue, null)],
        };
        Assert.All(OmeroChannel.Of(Multiscale(source)), channel => Assert.Equal(new ContrastWindow(0, 255, 0, 255), channel.Window));
        Assert.Equal(0, source.Reads);
    }

    [Fact]
    public void Many_channels_are_not_all_looked_at()
    {
        ArraySource source = Steps(40);
        IReadOnlyList<OmeroChannel> shown = OmeroChannel.Of(Multiscale(source));
        Assert.Equal(16 * 4 * 40, source.Reads); // so small ones whole
        Assert.Equal(new ContrastWindow(1600, 1602, 0, 65535), shown[15].Window);
        Assert.Equal(new ContrastWindow(100, 1602, 0, 65535), shown[39].Window);
    }

    [Fact]
    public void Of_slices_that_must_be_decoded_whole_one_a_channel_is_looked_at()
    {
        var regions = new List<Region>();
        var source = new DecodedSource(new VolumeShape(1, 3, 90, 6000, 8000)) { Seen = regions };
        Assert.Equal(3, OmeroChannel.Of(Multiscale(source)).Count);
        Assert.Equal([(0L, 45L)], regions.Select(region => (region.C, region.Z)).Distinct()); // 96 MB each, so one channel stands for all
        Assert.True(regions.Max(region => region.Y) > 5000 && regions.Min(region => region.Y) < 100);
    }

    [Fact]
    public void Too_many_channels_are_refused()
    {
        var source = new DecodedSource(new VolumeShape(1, 5000, 1, 8, 8));
        Assert.Contains("5000 channels", Assert.Throws<UnsupportedException>(() => OmeroChannel.Of(Multiscale(source))).Message, StringComparison.Ordinal);
    }

    private static Multiscale Multiscale(ISource source, LeadingIndex leading = default) =>
        new("v", new Volume(source, VolumeRanges.All, null, null), new ChunkShape(8, 8, 8), 1, DownsampleMethod.Mean, leading);

    /// <summary>Voxels of channel c and time t are 1000·t + 100·(c + 1) and one and two more.</summary>
    private static ArraySource Steps(int channels, ChannelInfo[]? infos = null, int times = 1)
    {
        var shape = new VolumeShape(times, channels, 4, 40, 40);
        var voxels = new byte[shape.Count * sizeof(ushort)];
        int each = 4 * 40 * 40;
        for (int i = 0; i < shape.Count; i++)
            BitConverter.TryWriteBytes(voxels.AsSpan(i * sizeof(ushort)), (ushort)((1000 * (i / each / channels)) + (100 * ((i / each % channels) + 1)) + (i % 3)));
        return new ArraySource(shape, DataType.UInt16, voxels) { Channels = infos ?? [] };
    }
}
