using ZarrFs.Core.Sources;
using ZarrFs.Tests.Clients.Harness;
using ZarrFs.Tests.Corpus;
using ZarrFs.Tests.Oracles;

namespace ZarrFs.Tests.Sources;

/// <summary>Folders of microscopes and ImageJ as they came, compared with what tifffile reads from the files in the order their names say.</summary>
public sealed class RealFolderTests
{
    [ClientTheory(Needs.Python | Needs.RealData)]
    [InlineData("real/slices/ij-planes-channel-subfolders", "1 2 2", "t000/c000/aaa/boats_00 t000/c000/aaa/boats_01 t000/c001/aaa/boats_00 t000/c001/aaa/boats_01")]
    [InlineData("real/slices/ij-planes-channel-subfolders/t000/c001", "1 1 2", null)]
    [InlineData("real/slices/fluor-p1-t0-9", "10 1 1", "P1_T0 P1_T1 P1_T2 P1_T3 P1_T4 P1_T5 P1_T6 P1_T7 P1_T8 P1_T9")]
    [InlineData("odd/palette-imagej", "1 2 1", "mouse_Sequence_z001_c001 mouse_Sequence_z001_c002")]
    [InlineData("real/slices/lightsheet-cellfinder-crop", "1 1 30", null)]
    [InlineData("real/slices/em-sift-ome-deflate", "1 1 6", null)]
    [InlineData("real/slices/ome-multifile/companion", "1 1 5", null)]
    public void TheFolderIsWhatItsNamesSay(string folder, string shape, string? names)
    {
    }
}
