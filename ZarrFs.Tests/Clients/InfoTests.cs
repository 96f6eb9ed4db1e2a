using System.Text.Json;
using ZarrFs.Tests.Clients.Harness;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Clients;

/// <summary>What <c>zarrfs info</c> says of a hyperstack.</summary>
public sealed class InfoTests : IDisposable
{
    private readonly Workspace _workspace = new();

    [Fact]
    public void People_are_told_axes_channels_and_what_each_root_shows()
    {
        Tool info = ZarrFsProcess.Run("info", Hyperstack.Write(_workspace.At("cells.tif")), "--channel", "1", "--time", "2").Expect();
        Assert.Contains("3×2×12×40×50 (t c z y x)", info.Output, StringComparison.Ordinal);
        Assert.Contains("ImageJ hyperstack", info.Output, StringComparison.Ordinal);
        Assert.Contains("1.5 second", info.Output, StringComparison.Ordinal);
        Assert.Contains("time 2, channel 1 (--time, --channel); cells.ome.zarr has all", info.Output, StringComparison.Ordinal);
        Assert.Contains(info.Output.Split('\n'), line => line.TrimStart().StartsWith("1 ", StringComparison.Ordinal) && line.Contains("channel 1", StringComparison.Ordinal));
    }

    [Fact]
    public void Programs_are_told_the_same()
    {
        Tool info = ZarrFsProcess.Run("info", Hyperstack.Write(_workspace.At("cells.tif")), "--channel", "1", "--json").Expect();
        using JsonDocument json = JsonDocument.Parse(info.Output);
        JsonElement facts = json.RootElement;
        Assert.Equal([Hyperstack.T, Hyperstack.C, Hyperstack.Z, Hyperstack.Y, Hyperstack.X], facts.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()));
        Assert.Equal(Hyperstack.C, facts.GetProperty("channels").GetArrayLength());
        Assert.InRange(facts.GetProperty("channels")[1].GetProperty("window").GetProperty("start").GetDouble(), 30000, 60000);
        Assert.Equal((0, 1), (facts.GetProperty("zarr2Shows").GetProperty("t").GetInt32(), facts.GetProperty("zarr2Shows").GetProperty("c").GetInt32()));
        Assert.Equal((1.5, "second"), (facts.GetProperty("timeStep").GetProperty("step").GetDouble(), facts.GetProperty("timeStep").GetProperty("unit").GetString()));
        Assert.Equal(0, facts.GetProperty("images").GetArrayLength());
        Assert.False(facts.GetProperty("stored").GetProperty("decoded").GetBoolean());
        Assert.Equal("uncompressed, one strip a page", facts.GetProperty("stored").GetProperty("encoding").GetString());
    }

    [Theory]
    [InlineData("--channel", "2", "which has 2 channels (0 to 1)")]
    [InlineData("--time", "3", "which has 3 time points (0 to 2)")]
    [InlineData("--series", "1", "--series")]
    public void What_the_file_does_not_have_is_an_error_of_the_option(string option, string value, string message)
    {
        Tool info = ZarrFsProcess.Run("info", Hyperstack.Write(_workspace.At("cells.tif")), option, value);
        Assert.Equal(2, info.ExitCode);
        Assert.StartsWith($"zarrfs: {option}: ", info.Error, StringComparison.Ordinal);
        Assert.Contains(message, info.Error, StringComparison.Ordinal);
    }

    [TestDataFact]
    public void Damage_in_compressed_data_is_found_by_a_deep_look()
    {
        string path = TestData.Path("corrupt/derived/lzw-bitflips.tif");
        Tool deep = ZarrFsProcess.Run("info", path, "--deep").Expect(1);
        Assert.Contains("page 5, strip 0: libtiff: Using code not yet in table", deep.Output, StringComparison.Ordinal);

        string good = TestData.Path("real/derived/lzw-pred2-be-tiled.tif");
        Assert.Contains("so far: headers were looked at; damage in compressed data is found by --deep", ZarrFsProcess.Run("info", good).Expect().Output, StringComparison.Ordinal);
        Assert.Contains("No missing and no bad slices.", ZarrFsProcess.Run("info", good, "--deep").Expect().Output, StringComparison.Ordinal);
    }

    public void Dispose() => _workspace.Dispose();
}
