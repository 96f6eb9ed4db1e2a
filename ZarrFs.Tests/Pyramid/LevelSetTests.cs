using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Background;
using ZarrFs.Core.Pyramid;

namespace ZarrFs.Tests.Pyramid;

public sealed class LevelSetTests
{
    [Theory]
    [InlineData("all", "0–5")]
    [InlineData("ALL", "0–5")]
    [InlineData("3", "3")]
    [InlineData("2-4", "2–4")]
    [InlineData("2-40", null)]
    [InlineData("0, 2,3", "0, 2–3")]
    [InlineData(">=1", "1–5")]
    [InlineData(">= 4,0", "0, 4–5")]
    [InlineData("9", "none")]
    [InlineData("31", "none")]
    [InlineData("0-31", "0–5")]
    [InlineData("", null)]
    [InlineData("4-2", null)]
    [InlineData("1-2-3", null)]
    [InlineData("-1", null)]
    [InlineData("32", null)]
    [InlineData("<=3", null)]
    [InlineData("1,,2", null)]
    public void Text_and_what_six_levels_have_of_it(string text, string? levels)
    {
        if (levels is null) Assert.StartsWith("--levels: ", Assert.Throws<OptionException>(() => LevelSet.Parse("--levels", text)).Message, StringComparison.Ordinal);
        else Assert.Equal(levels, LevelSet.Parse("--levels", text).Below(6).ToString());
    }

    [Fact]
    public void Sets()
    {
        Assert.True(LevelSet.All.Contains(31));
        Assert.True(LevelSet.From(32).IsEmpty);
        Assert.Equal(32, LevelSet.From(32).First);
        Assert.Equal(3, LevelSet.From(2).Without(2).First);
        Assert.Equal(LevelSet.All, LevelSet.All.Below(32));
    }

    [Theory]
    [InlineData("auto", 1, false)]
    [InlineData(" AUTO ", 1, false)]
    [InlineData("off", null, true)]
    [InlineData("levels>=0", 0, true)]
    [InlineData("Levels>=12", 12, true)]
    public void Build_pyramid(string text, int? first, bool asked) => Assert.Equal(new BuildPyramidOption(first, asked), BuildPyramidOption.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("on")]
    [InlineData("levels>=")]
    [InlineData("levels>=-1")]
    [InlineData("levels>=32")]
    [InlineData("levels>1")]
    public void Not_a_way_to_build(string text) => Assert.Contains("auto, off", Assert.Throws<OptionException>(() => BuildPyramidOption.Parse(text)).Message, StringComparison.Ordinal);
}
