using ZarrFs.Core.Sources;
using ZarrFs.Tests.Clients.Harness;
using ZarrFs.Tests.Corpus;
using ZarrFs.Tests.Oracles;

namespace ZarrFs.Tests.Sources;

/// <summary>Folders of microscopes and ImageJ as they came, compared with what tifffile reads from the files in the order their names say.</summary>
public sealed class RealFolderTests
{
    [ClientTheory(Needs.Python | Needs.RealData)]
    [InlineData("real/slices/ij-planes-channel-subfolders", "1 2 2", "slices", "t000/c000/aaa/boats_00.tif t000/c000/aaa/boats_01.tif t000/c001/aaa/boats_00.tif t000/c001/aaa/boats_01.tif")]
    [InlineData("real/slices/fluor-p1-t0-9", "10 1 1", "slices", null)]
    [InlineData("odd/palette-imagej", "1 2 1", "slices", null)]
    [InlineData("real/slices/lightsheet-cellfinder-crop", "1 1 30", "slices", null)]
    [InlineData("real/slices/brain-hemisphere-space-padded-names", "1 1 12", "slices", null)]
    [InlineData("real/slices/em-sift-ome-deflate", "1 1 6", "slices", null)]
    [InlineData("real/slices/ome-multifile/companion", "1 1 5", "slices", null)]
    [InlineData("real/slices/ome-multifile/master", "1 1 5", "files", null)]
    public void TheFolderIsWhatItsNamesSay(string folder, string shape, string kind, string? names)
    {
        using ISource source = SourceOpener.Open(TestData.Path(folder), new SourceOptions { BadSlices = BadSlicePolicy.Fail });
        Assert.Equal($"{shape} {kind}", $"{source.Shape.T} {source.Shape.C} {source.Shape.Z} {source.Kind}");
        string files = names is null
            ? "sorted(glob.glob('*.tif*'))"
            : $"'{names}'.split()";
        byte[] expected = Numpy.Run(
            $"import os, glob, tifffile\nos.chdir('{TestData.Path(folder)}')\n" +
            // A file by itself: as a part of an OME-TIFF set it would be the whole set.
            $"result = np.stack([tifffile.imread(f, is_ome=False) for f in {files}])\nresult = result.astype(result.dtype.newbyteorder('<'))",
            []);
        Assert.Equal(expected, Samples.ReadEverything(source));
        source.CheckAll(null, CancellationToken.None);
        Assert.Empty(source.Problems);
    }

    [TestDataFact]
    public void AnyFileOfASetIsTheSet()
    {
        string folder = TestData.Path("real/slices/ome-multifile/master");
        using ISource whole = SourceOpener.Open(folder, new SourceOptions());
        byte[] voxels = Samples.ReadEverything(whole);
        foreach (string file in Directory.GetFiles(folder))
        {
            using ISource source = SourceOpener.Open(file, new SourceOptions());
            Assert.Equal((whole.Shape, "files"), (source.Shape, source.Kind));
            Assert.Equal(voxels, Samples.ReadEverything(source));
        }
    }

    [ClientTheory(Needs.Python | Needs.RealData)]
    [InlineData("odd/seq16/seq-3c-8b-tiled-8743c999.tiff")]
    [InlineData("odd/libtiffpic/flower-rgb-planar-08.tif")]
    [InlineData("odd/seq16/seq-4c-8b-rgba-50969cda.tiff")]
    public void SamplesOfAPixelAreChannelsInsideThoseOfTheNames(string colour)
    {
        using TemporaryDirectory directory = new();
        byte[] file = File.ReadAllBytes(TestData.Path(colour));
        foreach (string name in (string[])["a_c0_z0", "a_c0_z1", "a_c1_z1"]) directory.File($"{name}.tif", file);
        // One that is not like the others.
        directory.File("a_c1_z0.tif", File.ReadAllBytes(TestData.Path("odd/seq16/seq-1c-7b-9c61ba70.tiff")));
        using ISource alone = SourceOpener.Open(Path.Combine(directory.Path, "a_c0_z0.tif"), new SourceOptions());
        byte[] image = Samples.ReadEverything(alone);
        Assert.InRange(alone.Shape.C, 3, 4);
        using ISource source = SourceOpener.Open(directory.Path, new SourceOptions());
        Assert.Equal(alone.Shape with { C = 2 * alone.Shape.C, Z = 2 }, source.Shape);
        byte[][] channels = [.. image.Chunk(image.Length / (int)alone.Shape.C)];
        byte[] expected = [.. channels.SelectMany(channel => (byte[])[.. channel, .. channel]), .. channels.SelectMany(channel => (byte[])[.. new byte[channel.Length], .. channel])];
        Assert.Equal(expected, Samples.ReadEverything(source));
        SourceProblem problem = Assert.Single(source.Problems);
        Assert.Equal((alone.Shape.C, 0L), (problem.C, problem.Z));
        Assert.Contains($"× {alone.Shape.C} channels like the other slices", problem.Message, StringComparison.Ordinal);
        // What one file is, tifffile says.
        byte[] theirs = Numpy.Run(
            $"import tifffile\nresult = tifffile.imread('{TestData.Path(colour)}')\n" +
            $"result = result if result.shape[0] == {alone.Shape.C} else np.moveaxis(result, -1, 0)\nresult = np.ascontiguousarray(result).astype(result.dtype.newbyteorder('<'))",
            []);
        Assert.Equal(theirs, image);
    }
}
