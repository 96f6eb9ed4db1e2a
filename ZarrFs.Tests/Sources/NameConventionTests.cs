using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;

namespace ZarrFs.Tests.Sources;

/// <summary>What names say of channel and time without being asked, and when they say nothing.</summary>
public sealed class NameConventionTests
{
    private static readonly SourceOptions Failing = new() { BadSlices = BadSlicePolicy.Fail };

    public static TheoryData<string, string> Recognised() => new()
    {
        // Any order, any spelling.
        { "a_c0_z0 a_c0_z1 a_c1_z0 a_c1_z1", "1 2 2: a_c0_z0 a_c0_z1 a_c1_z0 a_c1_z1" },
        { "a_z001_c1_t1 a_z002_c1_t1 a_z001_c1_t2 a_z002_c1_t2", "2 1 2: a_z001_c1_t1 a_z002_c1_t1 a_z001_c1_t2 a_z002_c1_t2" },
        { "x_C00-Z2 x_C01-Z2 x_C00-Z3 x_C01-Z3", "1 2 2: x_C00-Z2 x_C00-Z3 x_C01-Z2 x_C01-Z3" },
        { "S1_z00_ch00 S1_z00_ch01 S1_z01_ch00 S1_z01_ch01", "1 2 2: S1_z00_ch00 S1_z01_ch00 S1_z00_ch01 S1_z01_ch01" },
        { "s_C001Z001T001 s_C001Z002T001 s_C002Z001T001 s_C002Z002T001", "1 2 2: s_C001Z001T001 s_C001Z002T001 s_C002Z001T001 s_C002Z002T001" },
        { "e_t1z1c1 e_t2z1c1", "2 1 1: e_t1z1c1 e_t2z1c1" },
        { "p_time_000_channel_1 p_time_000_channel_2", "1 2 1: p_time_000_channel_1 p_time_000_channel_2" },
        { "P1_T0 P1_T1 P1_T10 P1_T2", "4 1 1: P1_T0 P1_T1 P1_T2 P1_T10" },
        { "C1-mouse C2-mouse", "1 2 1: C1-mouse C2-mouse" },
        { "m_z001_c001 m_z001_c002", "1 2 1: m_z001_c001 m_z001_c002" },
        { "a_c0_z0.ome a_c1_z0.ome", "1 2 1: a_c0_z0.ome a_c1_z0.ome" },
        // A number at the end is z.
        { "a_c0_07 a_c0_08 a_c1_07 a_c1_08", "1 2 2: a_c0_07 a_c0_08 a_c1_07 a_c1_08" },
        // A running number says nothing where z is there, and where each time has its own.
        { "a_t0_z1_1 a_t0_z2_2 a_t1_z1_3 a_t1_z2_4", "2 1 2: a_t0_z1_1 a_t0_z2_2 a_t1_z1_3 a_t1_z2_4" },
        { "a_t0_1 a_t1_2 a_t2_3", "3 1 1: a_t0_1 a_t1_2 a_t2_3" },
        // A plane that one channel lacks is a hole; steps that all have in common are none.
        { "a_c0_z0 a_c0_z1 a_c0_z2 a_c1_z0 a_c1_z2", "1 2 3: a_c0_z0 a_c0_z1 a_c0_z2 a_c1_z0 - a_c1_z2" },
        { "a_c0_z5 a_c0_z15 a_c1_z5 a_c1_z15", "1 2 2: a_c0_z5 a_c0_z15 a_c1_z5 a_c1_z15" },
        { "a_t0_c0 a_t0_c1 a_t1_c0", "2 2 1: a_t0_c0 a_t0_c1 a_t1_c0 -" },
        // Programs.
        { "img_000000000_DAPI_000 img_000000000_DAPI_001 img_000000000_GFP_000 img_000000000_GFP_001", "1 2 2: img_000000000_DAPI_000 img_000000000_DAPI_001 img_000000000_GFP_000 img_000000000_GFP_001" },
        { "img_channel000_position000_time000000000_z000 img_channel001_position000_time000000000_z000", "1 2 1: img_channel000_position000_time000000000_z000 img_channel001_position000_time000000000_z000" },
        { "x_w1DAPI_s1_t1 x_w2GFP_s1_t1 x_w1DAPI_s1_t2 x_w2GFP_s1_t2", "2 2 1: x_w1DAPI_s1_t1 x_w2GFP_s1_t1 x_w1DAPI_s1_t2 x_w2GFP_s1_t2" },
        { "r01c01f01p01-ch1sk1fk1fl1 r01c01f01p02-ch1sk1fk1fl1 r01c01f01p01-ch2sk1fk1fl1 r01c01f01p02-ch2sk1fk1fl1", "1 2 2: r01c01f01p01-ch1sk1fk1fl1 r01c01f01p02-ch1sk1fk1fl1 r01c01f01p01-ch2sk1fk1fl1 r01c01f01p02-ch2sk1fk1fl1" },
        // Folders.
        { "t000/c000/aaa/b_00 t000/c000/aaa/b_01 t000/c001/aaa/b_00 t000/c001/aaa/b_01", "1 2 2: t000/c000/aaa/b_00 t000/c000/aaa/b_01 t000/c001/aaa/b_00 t000/c001/aaa/b_01" },
        { "C1/a C2/a", "1 2 1: C1/a C2/a" },
        { "channel_1/a1 channel_2/a1 channel_1/a3 channel_2/a3 channel_1/a2", "1 2 3: channel_1/a1 channel_1/a2 channel_1/a3 channel_2/a1 - channel_2/a3" },
        { "ch0/ch0_z1 ch0/ch0_z2 ch1/ch1_z1 ch1/ch1_z2", "1 2 2: ch0/ch0_z1 ch0/ch0_z2 ch1/ch1_z1 ch1/ch1_z2" },
        { "488/a_1 488/a_2 561/a_1 561/a_2", "1 2 2: 488/a_1 488/a_2 561/a_1 561/a_2" },
        // Nothing but numbers in folders: z is the number, as in a directory of them.
        { "c0/1 c0/2 c1/1 c1/2", "1 2 3: - c0/1 c0/2 - c1/1 c1/2" },
    };

    [Theory]
    [MemberData(nameof(Recognised))]
    public void NamesThatSayChannelOrTime(string names, string expected)
    {
        using NamedSlices slices = new(names.Split(' '));
        RecordingLogger logger = new();
        using ISource source = SourceOpener.Open(slices.Path, Failing with { Logger = logger });
        Assert.Equal(expected, slices.Describe(source));
        Assert.Equal("slices", source.Kind);
        Assert.Empty(source.Others);
        string message = Assert.Single(logger.Messages);
        Assert.Contains(source.Origin, message, StringComparison.Ordinal);
        Assert.Contains($"{source.Shape.T} time points, {source.Shape.C} channels, {source.Shape.Z} planes", message, StringComparison.Ordinal);
    }

    [Theory]
    // Only z, whatever it is called: order, and nothing is left empty.
    [InlineData("a_z1 a_z2 a_z5")]
    [InlineData("volume--Z00000.ome volume--Z00001.ome")]
    [InlineData("ch00002 ch00003 ch00004")]
    [InlineData("t1 t2")]
    [InlineData("C1 C2")]
    // A number without a letter, or with one that says something else.
    [InlineData("img_0001 img_0002")]
    [InlineData("abc1 abc2")]
    [InlineData("scan_t1a scan_t2a")]
    [InlineData("sect1 sect2")]
    // Something else varies too.
    [InlineData("P1_T0 P1_T1 P2_T0 P2_T1")]
    [InlineData("a_c0_x b_c1_y")]
    [InlineData("r01c01 r01c02 r02c01 r02c02")]
    [InlineData("x_w1DAPI_s1 x_w1DAPI_s2 x_w2GFP_s1 x_w2GFP_s2")]
    // In some of the names only.
    [InlineData("a_c0 a_c1 a_x")]
    // A grid with hardly anything in it.
    [InlineData("a_c0_t0_z0 a_c1_t1_z1 a_c2_t2_z2")]
    // Two words for one axis that do not agree.
    [InlineData("a_c0_ch1 a_c1_ch0")]
    public void NamesThatSayNothingAreInNaturalOrder(string names)
    {
        using NamedSlices slices = new(names.Split(' '));
        using ISource source = SourceOpener.Open(slices.Path, Failing);
        Assert.Equal($"1 1 {names.Split(' ').Length}: {names}", slices.Describe(source));
        Assert.Equal("slices in natural order", source.Origin);
    }

    [Fact]
    public void ManyChannelsAreSlices()
    {
        string[] names = [.. Enumerable.Range(0, 70).Select(static c => $"a_c{c:00}")];
        using NamedSlices slices = new(names);
        using ISource source = SourceOpener.Open(slices.Path, Failing);
        Assert.Equal($"1 1 70: {string.Join(' ', names)}", slices.Describe(source));
    }

    [Fact]
    public void ChannelsThatHaveNamesKeepThem()
    {
        using NamedSlices manager = new(["img_000000000_Alexa 488_000", "img_000000000_DAPI_000"]);
        using ISource first = SourceOpener.Open(manager.Path, Failing);
        Assert.Equal(["Alexa 488", "DAPI"], first.Channels.Select(static channel => channel.Name));

        using NamedSlices morph = new(["x_w2Brightfield-1_t1", "x_w10GFP_t1", "x_w2Brightfield-1_t2", "x_w10GFP_t2"]);
        using ISource second = SourceOpener.Open(morph.Path, Failing);
        Assert.Equal(["Brightfield-1", "GFP"], second.Channels.Select(static channel => channel.Name));

        using NamedSlices light = new(["561nm/a", "488nm/a"]);
        using ISource third = SourceOpener.Open(light.Path, Failing);
        Assert.Equal(["488 nm", "561 nm"], third.Channels.Select(static channel => channel.Name));

        using NamedSlices numbers = new(["a_c0", "a_c1"]);
        using ISource fourth = SourceOpener.Open(numbers.Path, Failing);
        Assert.Empty(fourth.Channels);
    }

    [Fact]
    public void PagesAreZWhereNamesSayOnlyChannelAndTime()
    {
        using NamedSlices slices = new(["a_c0_t0", "a_c1_t0", "a_c0_t1", "a_c1_t1"], pages: 3);
        using ISource source = SourceOpener.Open(slices.Path, Failing with { OpenFiles = 2 });
        Assert.Equal(
            "2 2 3: a_c0_t0:0 a_c0_t0:1 a_c0_t0:2 a_c1_t0:0 a_c1_t0:1 a_c1_t0:2 a_c0_t1:0 a_c0_t1:1 a_c0_t1:2 a_c1_t1:0 a_c1_t1:1 a_c1_t1:2",
            slices.Describe(source, pages: 3));
        Assert.InRange(((TiffSource)source).OpenFiles, 1, 2);
    }

    [Fact]
    public void FilesWithSeveralPagesWhereNamesSayZAreBad()
    {
        using NamedSlices slices = new(["a_c0_z0", "a_c1_z0", "a_c0_z1", "a_c1_z1"], pages: 2);
        SourceException error = Assert.Throws<SourceException>(() => SourceOpener.Open(slices.Path, Failing));
        Assert.Contains("has 2 pages, expected 1 in a slice", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void HolesSayTimeAndChannel()
    {
        using NamedSlices slices = new(["a_c0_t0_z0", "a_c0_t0_z1", "a_c1_t0_z0", "a_c0_t1_z1", "a_c0_t1_z0"]);
        using ISource source = SourceOpener.Open(slices.Path, Failing);
        Assert.Equal(
            ["t 0, c 1, z 1: no slice for z = 1, t = 0, c = 1", "z 0–1: no slices at all in 1 of 4 combinations of time and channel"],
            source.Problems.Select(static problem => $"{problem.Planes}: {problem.Message}"));
    }

    [Fact]
    public void ABadSliceSaysTimeAndChannel()
    {
        using NamedSlices slices = new(["a_c0_t0_z0", "a_c0_t0_z1", "a_c1_t0_z0", "a_c1_t0_z1", "a_c0_t1_z0", "a_c0_t1_z1", "a_c1_t1_z0"]);
        slices.Directory.File("a_c1_t1_z1.tif", "no image");
        RecordingLogger logger = new();
        using ISource source = SourceOpener.Open(slices.Path, new SourceOptions { Logger = logger });
        Assert.EndsWith(" a_c1_t1_z0 -", slices.Describe(source), StringComparison.Ordinal);
        SourceProblem problem = Assert.Single(source.Problems);
        Assert.Equal((1L, 1L, 1L, 1L), (problem.T, problem.C, problem.Z, problem.Depth));
        Assert.Contains(logger.Messages, static message => message.Contains("t 1, c 1, z 1 read as fill", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cells/a dogs/a")]
    [InlineData("c0/x/a c1/y/a")]
    [InlineData("c0/z1 d/z1")]
    [InlineData("pos0/a_1 pos1/a_1")]
    public void FoldersThatSayNothingAreAnErrorWithTheWayOut(string names)
    {
        using NamedSlices slices = new(names.Split(' '));
        SourceException error = Assert.Throws<SourceException>(() => SourceOpener.Open(slices.Path, Failing));
        Assert.Contains("no TIFF files in this directory", error.Detail, StringComparison.Ordinal);
        Assert.Contains(names.Split(' ')[0], error.Detail, StringComparison.Ordinal);
        Assert.Contains("--pattern", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void FoldersAreNotLookedAtWhereTheDirectoryHasSlices()
    {
        using NamedSlices slices = new(["0", "1", "c0/0", "c1/0", ".c2/0"]);
        using ISource source = SourceOpener.Open(slices.Path, Failing);
        Assert.Equal("1 1 2: 0 1", slices.Describe(source));
    }

    [Fact]
    public void HiddenFoldersAndDeepOnesAreLeftOut()
    {
        using NamedSlices slices = new(["c0/a", "c1/a", ".c2/a", "c3/a/b/c/d/e"]);
        using ISource source = SourceOpener.Open(slices.Path, Failing);
        Assert.Equal("1 2 1: c0/a c1/a", slices.Describe(source));
    }
}
