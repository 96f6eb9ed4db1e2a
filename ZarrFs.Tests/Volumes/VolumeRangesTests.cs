using ZarrFs.Core.Failures;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Volumes;

public sealed class VolumeRangesTests
{
    private static readonly long?[] Ends = [null, 0, 1, 2, 4, 5, 6, 100];

    /// <summary>Every pair of ends against a list that is sliced one by one.</summary>
    [Fact]
    public void Every_combination_is_what_a_Python_slice_takes()
    {
        const int Length = 5;
        foreach (long? start in Ends)
        {
            foreach (long? end in Ends)
            {
                foreach (string step in (string[])["", ":", ":1"])
                {
                    string text = $"{start}:{end}{step}";
                    long[] expected = [.. Enumerable.Range(0, Length).Select(i => (long)i).Where(i => i >= (start ?? 0) && i < (end ?? long.MaxValue))];
                    for (int axis = 0; axis < 3; axis++)
                    {
                        string[] ranges = ["", "", ""];
                        ranges[axis] = text;
                        string all = string.Join(',', ranges);
                        if (expected.Length == 0)
                        {
                            var failure = Assert.Throws<OptionException>(() => VolumeRanges.Parse(all).Apply(new VolumeShape(Length, Length, Length)));
                            Assert.Equal("--ranges", failure.Option);
                            Assert.Contains($" for {"xyz"[axis]} ", failure.Message, StringComparison.Ordinal);
                            continue;
                        }

                        (long z, long y, long x, VolumeShape shape) = VolumeRanges.Parse(all).Apply(new VolumeShape(Length, Length, Length));
                        Assert.Equal(axis == 0 ? expected[0] : 0, x);
                        Assert.Equal(axis == 1 ? expected[0] : 0, y);
                        Assert.Equal(axis == 2 ? expected[0] : 0, z);
                        Assert.Equal(axis == 0 ? expected.Length : Length, shape.X);
                        Assert.Equal(axis == 1 ? expected.Length : Length, shape.Y);
                        Assert.Equal(axis == 2 ? expected.Length : Length, shape.Z);
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("  ")]
    [InlineData(",,")]
    [InlineData(":,:,:")]
    [InlineData(" : , 0: ,: ")]
    public void Nothing_given_is_everything(string? text)
    {
        Assert.Equal(VolumeRanges.All, VolumeRanges.Parse(text));
        Assert.Equal((0, 0, 0, new VolumeShape(2, 3, 7, 8, 9)), VolumeRanges.Parse(text).Apply(new VolumeShape(2, 3, 7, 8, 9)));
    }

    [Fact]
    public void A_lone_number_is_an_end() =>
        Assert.Equal((0, 0, 0, new VolumeShape(3, 2, 1)), VolumeRanges.Parse("1,2,3").Apply(new VolumeShape(9, 9, 9)));

    [Theory]
    [InlineData("1:2", "has 1 range;")]
    [InlineData("1:2,3:4", "has 2 ranges;")]
    [InlineData(",,,", "has 4 ranges;")]
    [InlineData("5:3,,", "'5:3' for x is reversed")]
    [InlineData(",5:5,", "'5:5' for y is empty")]
    [InlineData(",,0", "'0' for z is empty")]
    [InlineData("-1:,,", "'-1' for x is negative")]
    [InlineData(",:-3,", "'-3' for y is negative")]
    [InlineData(",,a:b", "'a' for z is not a whole number")]
    [InlineData("1.5:,,", "'1.5' for x is not a whole number")]
    [InlineData("1e3:,,", "'1e3' for x is not a whole number")]
    [InlineData("99999999999999999999:,,", "is not a whole number")]
    [InlineData("::2,,", "has a step of 2; only 1 is possible")]
    [InlineData("1:2:1:1,,", "has 3 colons")]
    public void What_cannot_be_is_named(string text, string message)
    {
        var failure = Assert.Throws<OptionException>(() => VolumeRanges.Parse(text));
        Assert.StartsWith("--ranges: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Beyond_the_source_there_is_nothing()
    {
        var failure = Assert.Throws<OptionException>(() => VolumeRanges.Parse(",,7:").Apply(new VolumeShape(7, 8, 9)));
        Assert.Equal("--ranges: 7: for z lies outside the source, which has 7 voxels along z", failure.Message);
        Assert.Equal((6, 0, 0, new VolumeShape(1, 8, 9)), VolumeRanges.Parse($",,6:{long.MaxValue}").Apply(new VolumeShape(7, 8, 9)));
    }
}
