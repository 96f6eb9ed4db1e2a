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
}
