using System.Text;
using ZarrFs.Tests.Clients.Harness;
using ZarrFs.Tests.Mount;

namespace ZarrFs.Tests.Clients;

/// <summary>How a preview is told from an exact chunk, through both faces of the program.</summary>
public sealed class PreviewTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly string _mount;

    public PreviewTests()
    {
        PlainTiff.WriteSlices(_workspace.At("slices"), 40, 40, 40);
        _mount = _workspace.Folder("mount");
    }

    public void Dispose() => _workspace.Dispose();

    [ClientTheory(Needs.Fuse)]
    [InlineData("only", true)]
    [InlineData("off", false)]
    public async Task Only_coarse_chunks_are_previews_and_say_so(string previews, bool isPreview)
    {
        using var process = ZarrFsProcess.Start(
            "run", _workspace.At("slices"), "--mount", _mount, "--listen", "127.0.0.1:0", "--name", "v", "--chunk-size", "16", "--preview", previews);
        using var client = new HttpClient();
        foreach ((string chunk, bool expected) in ((string, bool)[])[("0/0/0/0", false), ("1/0/0/0", isPreview), ("2/0/0/0", isPreview)])
        {
            using HttpResponseMessage response = await client.GetAsync(new Uri($"{process.Address}/v.zarr/{chunk}"));
            Assert.Equal(expected, response.Headers.Contains("X-ZarrFs-Provisional"));
            Assert.Equal(expected, response.Headers.ETag!.Tag.EndsWith("-p\"", StringComparison.Ordinal));
            string path = Path.Combine(_mount, "v.zarr", chunk);
            Assert.Equal(await response.Content.ReadAsByteArrayAsync(), await File.ReadAllBytesAsync(path));
            byte[] value = new byte[8];
            Assert.Equal((1, 0), Posix.GetXAttr(path, "user.zarrfs.provisional", value));
            Assert.Equal(expected ? "1" : "0", Encoding.ASCII.GetString(value, 0, 1));
        }

        Assert.Equal(Host.Mount.Errno.ENODATA, Posix.GetXAttr(Path.Combine(_mount, "v.zarr/.zattrs"), "user.zarrfs.provisional", new byte[8]).Errno);
        process.Stop();
    }
}
