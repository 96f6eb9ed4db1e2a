using System.Net;
using System.Net.Http.Headers;
using ZarrFs.Tests.Chunks;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients;

/// <summary>Slices that change while the program shows them: by the mount, through the kernel's cache, and over HTTP.</summary>
public sealed class SourceChangeTests : IDisposable
{
    private const int Depth = 16, Height = 16, Width = 16;
    private const int PageBytes = Height * Width * 2;

    private readonly Workspace _workspace = new();
    private readonly byte[][] _slices;

    public SourceChangeTests() => _slices = PlainTiff.WriteSlices(_workspace.At("slices"), Depth, Height, Width);

    public void Dispose() => _workspace.Dispose();

    [ClientFact(Needs.Fuse)]
    public async Task A_changed_slice_is_shown_and_a_new_one_is_told()
    {
        using var zarrfs = ZarrFsProcess.Start(
            "run", _workspace.At("slices"), "--mount", _workspace.Folder("mount"), "--listen", "127.0.0.1:0", "--chunk-size", "8,16,16", "--levels", "2");
        using var client = new HttpClient();
        string Path(int z) => System.IO.Path.Combine(zarrfs.MountPath, $"slices.ome.zarr/0/c/{z}/0/0");
        byte[] first = Voxels(0), second = Voxels(1);
        Assert.Equal(first, await File.ReadAllBytesAsync(Path(0)));
        Assert.Equal(second, await File.ReadAllBytesAsync(Path(1)));
        (byte[] before, EntityTagHeaderValue tag) = await Get(client, zarrfs, 1, null);
        (_, EntityTagHeaderValue otherTag) = await Get(client, zarrfs, 0, null);
        Assert.Equal(second, before);

        Replace(11, 0x1234);
        Assert.NotEqual(second, Voxels(1));
        await TestStore.Until(() => File.ReadAllBytes(Path(1)).AsSpan().SequenceEqual(Voxels(1)), $"the mount shows the new slice\n{zarrfs.Log}");
        (byte[] after, EntityTagHeaderValue newTag) = await Get(client, zarrfs, 1, tag);
        Assert.Equal(Voxels(1), after);
        Assert.Equal($"{tag.Tag[..^1]}-r1\"", newTag.Tag);
        Assert.Empty((await Get(client, zarrfs, 1, newTag)).Body); // not modified
        Assert.Empty((await Get(client, zarrfs, 0, otherTag)).Body);
        Assert.Equal(first, await File.ReadAllBytesAsync(Path(0)));

        // Damaged, and repaired.
        byte[] whole = await File.ReadAllBytesAsync(Slice(11));
        Put(11, whole[..^99]);
        byte[] shown = Voxels(1);
        shown.AsSpan(3 * PageBytes, PageBytes).Clear();
        await TestStore.Until(() => File.ReadAllBytes(Path(1)).AsSpan().SequenceEqual(shown), $"the mount shows the damage\n{zarrfs.Log}");
        Put(11, whole);
        await TestStore.Until(() => File.ReadAllBytes(Path(1)).AsSpan().SequenceEqual(Voxels(1)), $"the mount shows the repair\n{zarrfs.Log}");

        File.Copy(Slice(3), Slice(16));
        await TestStore.Until(() => zarrfs.ErrorLog.Contains("new file", StringComparison.Ordinal), "the log tells of the new slice");
        zarrfs.Stop();
        Assert.Single(zarrfs.ErrorLog.Split('\n'), line => line.Contains("1 new file appeared (16.tif); shown after a restart", StringComparison.Ordinal));
        string[] told = [.. zarrfs.ErrorLog.Split('\n').Where(line => line.Contains("/11.tif", StringComparison.Ordinal))];
        Assert.Contains(told, IsOfFill);
        // Once for each state in which the file was seen: a file system that gives a new file another time later shows one more.
        Assert.All(told.Zip(told.Skip(1)), pair => Assert.False(IsOfFill(pair.First) && IsOfFill(pair.Second), zarrfs.ErrorLog));

        static bool IsOfFill(string line) => line.Contains("read as fill", StringComparison.Ordinal);
    }

    private static async Task<(byte[] Body, EntityTagHeaderValue Tag)> Get(HttpClient client, ZarrFsProcess zarrfs, int z, EntityTagHeaderValue? known)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{zarrfs.Address}/slices.ome.zarr/0/c/{z}/0/0"));
        if (known is not null) request.Headers.IfNoneMatch.Add(known);
        using HttpResponseMessage answer = await client.SendAsync(request);
        Assert.Contains(answer.StatusCode, (HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.NotModified]);
        return (await answer.Content.ReadAsByteArrayAsync(), answer.Headers.ETag!);
    }

    private string Slice(int z) => _workspace.At("slices", $"{z}.tif");

    private byte[] Voxels(int chunk) => [.. _slices[(8 * chunk)..(8 * (chunk + 1))].SelectMany(static slice => slice)];

    private void Replace(int z, ushort value)
    {
        _slices[z] = [.. Enumerable.Range(0, Height * Width).SelectMany(_ => BitConverter.GetBytes(value))];
        Put(z, PlainTiff.Page(Width, Height, _slices[z]));
    }

    /// <summary>Puts a file in the place of a slice at once: one that is half written for longer than a file has to rest would be another damage that is told.</summary>
    private void Put(int z, byte[] file)
    {
        File.WriteAllBytes(_workspace.At("new.tif"), file);
        File.Move(_workspace.At("new.tif"), Slice(z), overwrite: true);
    }
}
