using ZarrFs.Core.Sources;
using ZarrFs.Core.Tiff;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Sources;

public sealed class SampleChannelsTests
{
    [Theory]
    [InlineData(2, 3, "red green blue")]
    [InlineData(2, 4, "red green blue alpha")]
    [InlineData(2, 5, "red green blue alpha -")]
    [InlineData(5, 4, "cyan magenta yellow black")]
    [InlineData(1, 3, "")] // microscopes' samples have no colours
    [InlineData(2, 1, "")]
    public void Samples_have_the_names_of_what_they_mean(int photometric, int samples, string names) =>
        Assert.Equal(names, string.Join(' ', SampleChannels.Of(Layout(photometric, samples), [], samples).Select(channel => channel.Name ?? "-")));

    [Fact]
    public void Expanded_indices_are_red_green_and_blue()
    {
        PageLayout layout = Layout(3, 1) with { IsExpanded = true };
        Assert.Equal([0xFF0000, 0x00FF00, 0x0000FF], SampleChannels.Of(layout, [], 3).Select(channel => channel.Color!.Value));
    }

    [Fact]
    public void A_description_gives_the_window_of_a_colour_and_everything_of_what_is_none()
    {
        ChannelInfo[] described = [new("a", 0x123456, (1, 2)), new("b", null, (3, 4)), new("c", null, null)];
        Assert.Equal([new("red", 0xFF0000, (1, 2)), new("green", 0x00FF00, (3, 4)), new("blue", 0x0000FF, null)], SampleChannels.Of(Layout(2, 3), described, 3));
        Assert.Same(described, SampleChannels.Of(Layout(1, 1), described, 3));
        Assert.Empty(SampleChannels.Of(Layout(1, 1), described, 2)); // it is about another volume
    }

    private static PageLayout Layout(int photometric, int samples) =>
        new(8, 8, DataType.UInt8, IsBigEndian: false, IsTiled: false, 8, 8, TiffCompression.None) { Photometric = photometric, Samples = samples };
}
