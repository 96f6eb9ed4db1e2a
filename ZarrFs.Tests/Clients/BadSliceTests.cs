using System.Net;
using System.Text;
using System.Text.Json;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients;

/// <summary>Bad slices among good ones, by either policy: never wrong voxels, never silence.</summary>
public sealed class BadSliceTests : IDisposable
{
    private const int Depth = 16, Height = 16, Width = 16;
    private const int PageBytes = Height * Width * 2;

    private readonly Workspace _workspace = new();
    private readonly byte[][] _slices;

    public BadSliceTests() => _slices = PlainTiff.WriteSlices(_workspace.At("slices"), Depth, Height, Width);

    /// <summary>What is done to some of the slices, by z, and a word of what must be said about it.</summary>
    private static Dictionary<int, (byte[] Content, string Word)> Bad { get; } = new()
    {
        [2] = (PlainTiff.Page(Width, Height, new byte[PageBytes])[..^1], "2.tif"),
        [3] = ([], "empty"),
        [5] = (Encoding.UTF8.GetBytes("version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 12345\n"), "TIFF"),
        [7] = (PlainTiff.Page(Width, Height - 1, new byte[PageBytes]), "7.tif"),
        [8] = (PlainTiff.Page(Width, Height, new byte[PageBytes / 2], bits: 8), "uint8"),
        [11] = (PlainTiff.Page(Width, Height, new byte[PageBytes], compression: 6), "old JPEG"),
        [15] = ("II*\0\uffff"u8.ToArray(), "15.tif"),
    };

    public void Dispose() => _workspace.Dispose();

    [ClientFact(Needs.Fuse)]
    public async Task Filled_slices_are_zeros_and_are_logged()
    {
        SpoilSlices();
        using var zarrfs = ZarrFsProcess.Start(Arguments("16", "fill"));
        byte[] expected = [.. _slices.SelectMany((slice, z) => Bad.ContainsKey(z) ? new byte[PageBytes] : slice)];
        Assert.Equal(expected, await zarrfs.GetAsync("slices.zarr/0/0/0/0"));
        Assert.Equal(expected, await File.ReadAllBytesAsync(Path.Combine(zarrfs.MountPath, "slices.ome.zarr/0/c/0/0/0")));
        zarrfs.Stop();
        foreach ((int z, (_, string word)) in Bad)
        {
            string line = Assert.Single(zarrfs.ErrorLog.Split('\n'), line => line.Contains($"/{z}.tif", StringComparison.Ordinal));
            Assert.Contains(word, line, StringComparison.Ordinal);
        }
    }

    [ClientFact(Needs.Fuse)]
    public async Task Failing_slices_are_errors_and_the_others_are_read()
    {
        SpoilSlices();
        using var zarrfs = ZarrFsProcess.Start([.. Arguments("1,16,16", "fail"), "--levels", "1"]);
        using var client = new HttpClient();
        for (int z = 0; z < Depth; z++)
        {
            string path = Path.Combine(zarrfs.MountPath, $"slices.zarr/0/{z}/0/0");
            Assert.Equal(PageBytes, new FileInfo(path).Length);
            using HttpResponseMessage answer = await client.GetAsync(new Uri($"{zarrfs.Address}/slices.zarr/0/{z}/0/0"));
            byte[] body = await answer.Content.ReadAsByteArrayAsync();
            if (!Bad.TryGetValue(z, out (byte[] Content, string Word) bad))
            {
                Assert.Equal(_slices[z], await File.ReadAllBytesAsync(path));
                Assert.Equal(_slices[z], body);
                continue;
            }

            IOException failure = await Assert.ThrowsAsync<IOException>(() => File.ReadAllBytesAsync(path));
            Assert.Contains("Input/output error", failure.Message, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            Assert.Contains(bad.Word, Encoding.UTF8.GetString(body), StringComparison.Ordinal);
        }

        zarrfs.Stop();
    }

    [Fact]
    public void Info_lists_each_bad_slice_and_exits_with_1()
    {
        SpoilSlices();
        Tool info = ZarrFsProcess.Run("info", "--json", _workspace.At("slices")).Expect(exitCode: 1);
        using JsonDocument report = JsonDocument.Parse(info.Output);
        var problems = report.RootElement.GetProperty("problems").EnumerateArray().ToDictionary(problem => problem.GetProperty("z").GetInt32());
        Assert.Equal(Bad.Keys.Order(), problems.Keys.Order());
        foreach ((int z, (_, string word)) in Bad)
        {
            Assert.Equal("bad", problems[z].GetProperty("kind").GetString());
            Assert.Equal(_workspace.At("slices", $"{z}.tif"), problems[z].GetProperty("path").GetString());
            Assert.Contains(word, problems[z].GetRawText(), StringComparison.Ordinal);
        }

        Tool text = ZarrFsProcess.Run("info", _workspace.At("slices")).Expect(exitCode: 1);
        Assert.DoesNotContain('\e', text.Output);
        foreach (int z in Bad.Keys) Assert.Single(text.Output.Split('\n'), line => line.StartsWith("bad", StringComparison.Ordinal) && line.Contains(_workspace.At("slices", $"{z}.tif"), StringComparison.Ordinal));
    }

    [Fact]
    public void Info_of_a_good_source_exits_with_0()
    {
        Tool info = ZarrFsProcess.Run("info", "--json", _workspace.At("slices"), "--chunk-size", "8", "--ranges", "2:,:,4:15").Expect();
        using JsonDocument report = JsonDocument.Parse(info.Output);
        JsonElement facts = report.RootElement;
        Assert.Equal("slices", facts.GetProperty("kind").GetString());
        Assert.Equal("uint16", facts.GetProperty("dataType").GetString());
        Assert.Equal([1, 1, 11, 16, 14], facts.GetProperty("shape").EnumerateArray().Select(n => n.GetInt32()));
        Assert.Equal([1, 1, 16, 16, 16], facts.GetProperty("sourceShape").EnumerateArray().Select(n => n.GetInt32()));
        Assert.Equal(2, facts.GetProperty("levels").GetArrayLength());
        Assert.Equal([1, 1, 6, 8, 7], facts.GetProperty("levels")[1].GetProperty("shape").EnumerateArray().Select(n => n.GetInt32()));
        Assert.Equal(0, facts.GetProperty("problems").GetArrayLength());
    }

    private string[] Arguments(string chunk, string policy) =>
        ["run", _workspace.At("slices"), "--mount", _workspace.Folder("mount"), "--listen", "127.0.0.1:0", "--chunk-size", chunk, "--on-bad-slice", policy];

    private void SpoilSlices()
    {
        foreach ((int z, (byte[] content, _)) in Bad) File.WriteAllBytes(_workspace.At("slices", $"{z}.tif"), content);
    }
}
