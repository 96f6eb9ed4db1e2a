using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Sources;

/// <summary>The user's own regular expression for names.</summary>
public sealed class NamePatternTests
{
    private static readonly SourceOptions Failing = new() { BadSlices = BadSlicePolicy.Fail };

    [Theory]
    [InlineData("a1b1 a1b2 a2b1 a2b2", "a(?<c>.)b(?<z>.)", "1 2 2: a1b1 a1b2 a2b1 a2b2")]
    [InlineData("a1b1 a1b2 a2b1 a2b2", "a(?<z>.)b(?<t>.)", "2 1 2: a1b1 a2b1 a1b2 a2b2")]
    [InlineData("a1 a2 a10", "(?<t>[0-9]+)", "3 1 1: a1 a2 a10")]
    // z counts from the smallest number, and what is left out is a hole; c and t are ranked.
    [InlineData("a1 a2 a4", "(?<z>[0-9]+)", "1 1 4: a1 a2 - a4")]
    [InlineData("a1 a2 a4", "(?<c>[0-9]+)", "1 3 1: a1 a2 a4")]
    [InlineData("top bottom9 bottom10", "(?<z>.+)[.]tif", "1 1 3: bottom9 bottom10 top")]
    [InlineData("1 2 4", "(?<t>[0-9])", "3 1 1: 1 2 4")]
    // Numbers by value.
    [InlineData("c1_z1 c01_z2", "c(?<c>[0-9]+)_z(?<z>[0-9]+)", "1 1 2: c1_z1 c01_z2")]
    // Folders, where there is one in the expression.
    [InlineData("x/1 x/2 y/1 y/2", "(?<c>x|y)/(?<z>[0-9])", "1 2 2: x/1 x/2 y/1 y/2")]
    [InlineData("1 2 y/1 y/2", "(?<z>[0-9])", "1 1 2: 1 2")]
    public void GroupsSayThePlace(string names, string pattern, string expected)
    {
        using NamedSlices slices = new(names.Split(' '));
        using ISource source = SourceOpener.Open(slices.Path, Failing with { Pattern = pattern });
        Assert.Equal(expected, slices.Describe(source));
        Assert.Contains(pattern, source.Origin, StringComparison.Ordinal);
    }

    [Fact]
    public void ChannelsThatAreNoNumbersAreTheirNames()
    {
        using NamedSlices slices = new(["GFP_1", "GFP_2", "DAPI_1", "DAPI_2"]);
        using ISource source = SourceOpener.Open(slices.Path, Failing with { Pattern = "(?<c>.+)_(?<z>[0-9])" });
        Assert.Equal("1 2 2: DAPI_1 DAPI_2 GFP_1 GFP_2", slices.Describe(source));
        Assert.Equal(["DAPI", "GFP"], source.Channels.Select(static channel => channel.Name));
    }

    [Theory]
    [InlineData("(", "is not a regular expression")]
    [InlineData("a([0-9])", "has none of the named groups z, c and t")]
    [InlineData("a(?<channel>[0-9])", "has a group named channel, expected z, c or t")]
    [InlineData("b(?<z>[0-9])", "fits none of the 3 TIFF files")]
    [InlineData("a(?<z>)", "a1.tif and a2.tif both stand for z = ")]
    [InlineData("a(?<t>[0-9])?", "finds t in a1.tif but not in ab.tif")]
    [InlineData("(?<z>(.*.*)*)X", "takes longer than")]
    public void WhatAPatternCannotBe(string pattern, string expected)
    {
        using NamedSlices slices = new(["a1", "a2", pattern.EndsWith('X') ? new string('b', 60) : "ab"]);
        OptionException error = Assert.Throws<OptionException>(() => SourceOpener.Open(slices.Path, Failing with { Pattern = pattern }));
        Assert.Equal("--pattern", error.Option);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FilesThatDoNotFitAreListed()
    {
        using NamedSlices slices = new([.. Enumerable.Range(0, 30).Select(static i => $"b{i:00}"), "a1", "a2"]);
        using ISource source = SourceOpener.Open(slices.Path, Failing with { Pattern = "a(?<z>[0-9])" });
        Assert.Equal("1 1 2: a1 a2", slices.Describe(source));
        Assert.Equal(21, source.Others.Count);
        Assert.Contains("b00.tif", source.Others[0], StringComparison.Ordinal);
        Assert.Contains("10 more", source.Others[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void TheArrangementIsPartOfTheIdentity()
    {
        using NamedSlices slices = new(["a1b1", "a1b2", "a2b1", "a2b2"]);
        string[] seen = [.. ((string?[])[null, "a(?<c>.)b(?<z>.)", "a(?<z>.)b(?<c>.)"]).Select(pattern =>
        {
            using ISource source = SourceOpener.Open(slices.Path, Failing with { Pattern = pattern });
            return source.Fingerprint;
        })];
        Assert.Equal(3, seen.Distinct().Count());
    }

    [Fact]
    public void AFileHasNoPattern()
    {
        using TemporaryDirectory directory = new();
        string path = directory.File("a.tif", new TiffWriter().Write(1, 2, 3, DataType.UInt8, new byte[6]));
        OptionException error = Assert.Throws<OptionException>(() => SourceOpener.Open(path, Failing with { Pattern = "(?<z>a)" }));
        Assert.Contains("is a file", error.Message, StringComparison.Ordinal);
    }
}
