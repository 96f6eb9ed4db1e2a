using System.Globalization;
using System.Text.RegularExpressions;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Clients.Harness;
using ZarrFs.Tests.Corpus;
using ZarrFs.Tests.Oracles;

namespace ZarrFs.Tests.Sources.Grouping;

/// <summary>The images of real files are those that tifffile finds.</summary>
public sealed partial class RealSeriesTests
{
    // Where the answer is another one on purpose.
    private static readonly Dictionary<string, string> Otherwise = new(StringComparer.Ordinal)
    {
        ["odd/ifd/subsubifds.tif"] = "tifffile lists SubIFDs, which are pyramid levels here, as pages",
        ["odd/ifd/usda_naip_256_webp_z3.tif"] = "one page and its reduced copies",
    };

    // As tifffile gives them: palettes as indices.
    private static readonly SourceOptions AsStored = new() { Photometric = Photometric.Ignore };

    [TestDataFact]
    public void ShapesAreThoseOfTheManifest()
    {
        List<string> wrong = [];
        int compared = 0;
        foreach (TestData.Entry entry in TestData.Manifest)
        {
            if (entry.File.StartsWith("corrupt/", StringComparison.Ordinal) || entry.Series is not [{ } stated] || Otherwise.ContainsKey(entry.File)) continue;
            // Any part of this set opens the whole set.
            string series = entry.File.StartsWith("real/slices/ome-multifile/master/", StringComparison.Ordinal) ? "ZYX(5, 24, 18) uint8" : stated;
            if (Expect(series) is not { } expected) continue;
            try
            {
                Tifffile.Image found = Images.With(TestData.Path(entry.File), static sources => new Tifffile.Image(Assert.Single(sources).Shape, sources[0].DataType.Name(), ""), AsStored);
                compared++;
                if (found.Shape != expected) wrong.Add($"{entry.File}: {found.Shape}, expected {series}");
            }
            catch (UnsupportedException)
            {
                // Said by name; which files these are is another test's matter.
            }
            catch (SourceException failure)
            {
                wrong.Add(failure.Message);
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(compared > 600, $"only {compared} files compared");
    }

    [ClientFact(Needs.Python | Needs.RealData)]
    public void PlanesStandWhereTifffilePutsThem()
    {
        foreach (string file in (string[])
        [
            "real/stacks/4D-series.ome.tif", "real/stacks/multi-channel-z-series.ome.tif", "real/stacks/z-series.ome.tif",
            "real/derived/imagej-hyperstack-z10c3.tif", "real/derived/ome-z31.ome.tif", "real/slices/ome-multifile/master/multifile-Z1.ome.tiff",
            "real/stacks/brainreg-downsampled.tiff", "real/stacks/mri-stack-16bit-imagej-be.tif",
        ])
        {
            IReadOnlyList<Tifffile.Image> expected = Tifffile.Read(TestData.Path(file));
            Assert.Equal(expected, Images.Of(TestData.Path(file)));
        }
    }

    [TestDataFact]
    public void DescriptionsAreCarriedOver()
    {
        Assert.Equal(new VoxelSize(0.5, 0.25, 0.25, "micrometer"), VoxelSize("real/derived/ome-z31.ome.tif"));
        Assert.Equal(new VoxelSize(1, 0.1241, 0.1241, "micrometer"), VoxelSize("real/stacks/neuron-4Ch-bigtiff-deflate.ome.tiff"));
        Assert.Equal(["AF647", "AF568", "AF488", "DAPI"], Channels("real/stacks/neuron-4Ch-bigtiff-deflate.ome.tiff").Select(static channel => channel.Name));
        Assert.Equal((9225.0, 25330.0), Channels("real/stacks/mri-stack-16bit-imagej-be.tif")[0].Window);
        // Colormaps that tifffile shows to be even ramps.
        Assert.Equal(new ChannelInfo(null, 0xFF0000, (19, 33)), Assert.Single(Channels("odd/palette-imagej/mouse_Sequence_z001_c001.tif")));
        Assert.Equal("micrometer", VoxelSize("real/stacks/Bead_Image1_crop.tif")?.Unit);
        Assert.Equal(0.125, VoxelSize("real/stacks/Bead_Image1_crop.tif")?.Z);

        static VoxelSize? VoxelSize(string file) => Images.With(TestData.Path(file), static sources => sources[0].VoxelSize);

        static IReadOnlyList<ChannelInfo> Channels(string file) => Images.With(TestData.Path(file), static sources => sources[0].Channels);
    }

    /// <summary>The shape that a line of the manifest states; unnamed axes are z, samples channels.</summary>
    private static VolumeShape? Expect(string series)
    {
        Match match = Line().Match(series);
        if (!match.Success) return null;
        string axes = match.Groups["axes"].Value;
        long[] sizes = [.. match.Groups["sizes"].Value.Split(',', StringSplitOptions.TrimEntries).Select(static size => long.Parse(size, CultureInfo.InvariantCulture))];
        long Size(string letters) => axes.Zip(sizes).Where(axis => letters.Contains(axis.First, StringComparison.Ordinal)).Aggregate(1L, static (product, axis) => product * axis.Second);
        return new VolumeShape(Size("T"), Size("CS"), Size("ZIQ"), Size("Y"), Size("X"));
    }

    [GeneratedRegex("^(?<axes>[A-Z]+)\\((?<sizes>[0-9, ]+)\\)", RegexOptions.ExplicitCapture, 120_000)]
    private static partial Regex Line();
}
