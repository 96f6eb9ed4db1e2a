using ZarrFs.Core.Failures;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Volumes;

public sealed class LeadingIndexTests
{
    private static readonly ArraySource Source = new(new VolumeShape(4, 5, 1, 1, 1), DataType.UInt8, new byte[20])
    {
        Channels = [new("DAPI", null, null), new("488", null, null), new("gfp", null, null), new("GFP", null, null), ChannelInfo.None],
    };

    [Theory]
    [InlineData(null, null, 0, 0)]
    [InlineData("", "", 0, 0)]
    [InlineData("4", "3", 4, 3)]
    [InlineData("DAPI", null, 0, 0)]
    [InlineData("dapi", null, 0, 0)]
    [InlineData("488", null, 1, 0)] // the source has no channel 488, but one of that name
    [InlineData("gfp", null, 2, 0)]
    [InlineData("GFP", null, 3, 0)]
    public void Channels_go_by_number_or_name_and_times_by_number(string? channel, string? time, long c, long t) =>
        Assert.Equal(new LeadingIndex(t, c), LeadingIndex.Find(Source, channel, time));

    [Theory]
    [InlineData("5", null, "--channel: '5' is not a channel of /test/array, which has 5 channels (0 to 4): 0 'DAPI', 1 '488', 2 'gfp', 3 'GFP'")]
    [InlineData("-1", null, "--channel: '-1' is not a channel")]
    [InlineData("Gfp", null, "--channel: channels 2 and 3 of /test/array are both named 'Gfp'; give the number")]
    [InlineData(null, "4", "--time: '4' is not a time point of /test/array, which has 4 time points (0 to 3)")]
    public void What_is_not_there_is_refused_by_what_is(string? channel, string? time, string message) =>
        Assert.StartsWith(message, Assert.Throws<OptionException>(() => LeadingIndex.Find(Source, channel, time)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_source_with_one_of_each_says_so()
    {
        var plain = new ArraySource(new VolumeShape(1, 1, 1), DataType.UInt8, new byte[1]);
        Assert.EndsWith("which has 1 channel (0)", Assert.Throws<OptionException>(() => LeadingIndex.Find(plain, "1", null)).Message, StringComparison.Ordinal);
        Assert.EndsWith("which has 1 time point (0)", Assert.Throws<OptionException>(() => LeadingIndex.Find(plain, null, "1")).Message, StringComparison.Ordinal);
    }
}
