using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients;

/// <summary>What <c>zarrfs demo</c> writes, and above all what it does not write over.</summary>
public sealed class DemoTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void Slices_of_somebody_else_are_never_written_over()
    {
        string mine = ScanVolume.Write(_workspace.At("mine"), 5, 320, 320);
        for (int z = 0; z < 5; z++) File.Move(Path.Combine(mine, $"{z:0000}.tif"), Path.Combine(mine, $"{z:00000}.tif"));
        Dictionary<string, byte[]> before = Bytes(mine);
        Tool refused = ZarrFsProcess.Run("demo", mine).Expect(exitCode: 2);
        Assert.Contains($"{Path.Combine(mine, "00000.tif")} is there and no part of a demo", refused.Error, StringComparison.Ordinal);
        Assert.Equal(before, Bytes(mine));

        _workspace.Write("named/meta.json", """{"name":"mine"}""");
        Assert.Contains("meta.json is there", ZarrFsProcess.Run("demo", _workspace.At("named")).Expect(exitCode: 2).Error, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(_workspace.At("named")));
    }

    [Fact]
    public void One_that_was_interrupted_is_finished_and_a_whole_one_left_alone()
    {
        string demo = _workspace.At("demo");
        ZarrFsProcess.Run("demo", demo).Expect();
        Dictionary<string, byte[]> whole = Bytes(demo);
        Assert.Equal(257, whole.Count);
        Assert.Contains("already", ZarrFsProcess.Run("demo", demo).Expect().Output, StringComparison.Ordinal);

        File.Delete(Path.Combine(demo, "meta.json"));
        File.Delete(Path.Combine(demo, "00007.tif"));
        File.Move(Path.Combine(demo, "00008.tif"), Path.Combine(demo, "00008.tif.part"));
        File.WriteAllText(Path.Combine(demo, "00008.tif.part"), "half");
        ZarrFsProcess.Run("demo", demo).Expect();
        Assert.Equal(whole, Bytes(demo));
    }

    private static Dictionary<string, byte[]> Bytes(string directory) => Directory.GetFiles(directory).ToDictionary(static path => Path.GetFileName(path), File.ReadAllBytes);
}
