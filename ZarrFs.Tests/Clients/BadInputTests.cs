using System.Net;
using System.Net.Sockets;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients;

/// <summary>What cannot be shown is refused at start: one line that names the thing, what was found and what was expected, and no mount.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    public static TheoryData<string, string[]> BadSources { get; } = new()
    {
        { "missing", ["missing", "does not exist"] },
        { "empty-directory", ["empty-directory", "no TIFF files", ".tif"] },
        { "doubled", ["1.tif", "001.tif", "z = 1", "expected one file a slice"] },
        { "some-numbered", ["0.tif", "other.tif", "numbered"] },
        { "cells-and-slices", ["cell_yxz_001_001_001.tif", "0.tif", "expected one kind"] },
        { "doubled-cells", ["cell_yxz_001_001_001.tif", "cell_yxz_01_01_01.tif", "same cell"] },
        { "cell-zero", ["cell_yxz_000_001_001.tif", "expected 1"] },
        { "compressed", ["0.tif", "Compression 6 (old JPEG)", "not supported"] },
        { "compressed.tif", ["compressed.tif", "Compression 6 (old JPEG)", "not supported"] },
        { "empty-file", ["0.tif", "empty", "expected a TIFF"] },
        { "text", ["0.tif", "not a TIFF", "expected 49 49"] },
        { "lfs-pointer", ["0.tif", "Git LFS pointer"] },
        { "truncated", ["0.tif", "16 × 16", "200 bytes"] },
        { "meta-broken", ["meta.json", "JSON"] },
        { "meta-other-width", ["meta.json", "width", "17", "expected 16"] },
        { "meta-no-voxel", ["meta.json", "voxelsize", "-1", "positive"] },
        { "zarr", ["zarr", "without multiscales"] },
    };

    [ClientTheory(Needs.Fuse)]
    [MemberData(nameof(BadSources))]
    public void Bad_source_is_refused(string source, string[] words)
    {
        MakeBadSources();
        Refused(words, "run", _workspace.At(source), "--mount", _workspace.Folder("mount"), "--listen", "127.0.0.1:0");
    }

    [ClientTheory(Needs.Fuse)]
    [InlineData("--ranges", "5:5,:,:", "'5:5' for x is empty")]
    [InlineData("--ranges", ":,9:3,:", "'9:3' for y is reversed")]
    [InlineData("--ranges", ":,:,0", "'0' for z is empty")]
    [InlineData("--ranges", "-3:5,:,:", "'-3' for x is negative")]
    [InlineData("--ranges", ":,:,8:", "8: for z lies outside the source, which has 8 voxels")]
    [InlineData("--ranges", ":,:,100:200", "100:200 for z lies outside")]
    [InlineData("--ranges", "0:8:2,:,:", "step of 2")]
    [InlineData("--ranges", "1:5,1:5", "has 2 ranges; expected three")]
    [InlineData("--ranges", "1:5,1:5,1:5,1:5", "has 4 ranges; expected three")]
    [InlineData("--ranges", "a:b,:,:", "'a' for x is not a whole number")]
    [InlineData("--ranges", "1.5:3,:,:", "'1.5' for x is not a whole number")]
    [InlineData("--ranges", "99999999999999999999:,:,:", "'99999999999999999999' for x")]
    [InlineData("--chunk-size", "0", "0 is not possible")]
    [InlineData("--chunk-size", "-1", "-1 is not possible")]
    [InlineData("--chunk-size", "7", "7³ is odd")]
    [InlineData("--chunk-size", "2048", "2048³ uint16 voxels has 17179869184 bytes")]
    [InlineData("--chunk-size", "4294967296", "4294967296 is not possible")]
    [InlineData("--chunk-size", "many", "'many' is not a whole number")]
    [InlineData("--chunk-size", "64,64", "has 2 numbers")]
    [InlineData("--levels", "0", "'0' is not a number of levels; expected auto or a number from 1 to")]
    [InlineData("--levels", "99", "'99' is not")]
    [InlineData("--levels", "-1", "'-1' is not")]
    [InlineData("--levels", "some", "'some' is not")]
    [InlineData("--name", "a/b", "'a/b' cannot name a volume")]
    [InlineData("--name", "..", "'..' cannot name a volume")]
    [InlineData("--type", "uint32", "uint32 cannot be made from")]
    [InlineData("--type", "short", "'short' is not a data type; expected uint8")]
    [InlineData("--downsample", "median", "'median' is not a method; expected mean")]
    [InlineData("--voxel-size", "0", "'0' is not positive")]
    [InlineData("--voxel-size", "1,2", "'1,2' is not a voxel size; expected one number or three")]
    [InlineData("--voxel-size", "3furlong", "'furlong' is not a unit; expected nm")]
    [InlineData("--on-bad-slice", "ignore", "'ignore' is not a policy; expected fill or fail")]
    [InlineData("--memory", "lots", "'lots' is not a size; expected for example 512MB")]
    [InlineData("--memory", "1", "1 bytes; expected at least 1MB")]
    [InlineData("--threads", "0", "'0' is not a number of threads")]
    [InlineData("--log-level", "loud", "'loud' is not a level; expected debug")]
    [InlineData("--config", "nowhere.json", "nowhere.json does not exist")]
    public void Bad_option_is_refused(string option, string value, string message)
    {
        PlainTiff.WriteSlices(_workspace.At("slices"), 8, 16, 16);
        Tool refused = Refused(
            [$"{option}: ", message], "run", _workspace.At("slices"), "--mount", _workspace.Folder("mount"), $"{option}={value}");
        Assert.True(refused.ExitCode == 2, refused.Transcript);
    }

    [ClientTheory(Needs.Fuse)]
    [InlineData("""{"volumes": [{"source": "SLICES"}], "mount": {"path": "MOUNT"}, "memroy": "1GB"}""", "memroy", "memory")]
    [InlineData("""{"volumes": [{"source": "SLICES", "chunksize": "64", "range": ","}], "mount": {"path": "MOUNT"}}""", "volumes[0].range", "ranges")]
    [InlineData("""{"volumes": [{"source": "SLICES"}], "mount": {"pathh": "MOUNT"}}""", "mount.pathh", "path")]
    [InlineData("""{"volumes": [{"source": "SLICES"}], "mount": {"path": "MOUNT"}""", "not valid JSON", "zarrfs.json")]
    [InlineData("""[1, 2]""", "not a JSON object", "zarrfs.json")]
    [InlineData("""{"volumes": {"source": "SLICES"}, "mount": {"path": "MOUNT"}}""", "volumes", "not a list")]
    [InlineData("""{"volumes": [{"source": ["SLICES"]}], "mount": {"path": "MOUNT"}}""", "volumes[0].source", "single value")]
    [InlineData("""{"volumes": [{"source": "SLICES"}], "mount": "MOUNT"}""", "mount", "not a JSON object")]
    [InlineData("""{"volumes": [{"source": "SLICES"}], "mount": {"path": "MOUNT", "allowOther": "perhaps"}}""", "AllowOther", "perhaps")]
    [InlineData("""{"volumes": [{"source": "SLICES", "chunkSize": 0}], "mount": {"path": "MOUNT"}}""", "--chunk-size", "at least 1")]
    [InlineData("""{"volumes": [{"name": "nameless"}], "mount": {"path": "MOUNT"}}""", "source", "name a directory or a file")]
    [InlineData("""{"volumes": [{"source": "SLICES"}, {"source": "SLICES"}], "mount": {"path": "MOUNT"}}""", "slices", "name")]
    [InlineData("""{"volumes": [], "mount": {"path": "MOUNT"}}""", "SOURCE", "no source")]
    [InlineData("""{"volumes": [{"source": "SLICES"}]}""", "neither a mountpoint nor an address", "--mount")]
    public void Bad_configuration_is_refused(string configuration, string first, string second)
    {
        PlainTiff.WriteSlices(_workspace.At("slices"), 8, 16, 16);
        string file = _workspace.Write(
            "zarrfs.json",
            configuration.Replace("SLICES", _workspace.At("slices"), StringComparison.Ordinal).Replace("MOUNT", _workspace.Folder("mount"), StringComparison.Ordinal));
        Refused([first, second], "run", "--config", file);
    }

    [ClientFact(Needs.Fuse)]
    public void Bad_mountpoint_is_refused()
    {
        PlainTiff.WriteSlices(_workspace.At("slices"), 8, 16, 16);
        _workspace.Write("full/here.txt", "something");
        Refused([_workspace.At("nowhere"), "does not exist", "mkdir"], "mount", _workspace.At("slices"), _workspace.At("nowhere"));
        Refused([_workspace.At("full"), "not empty", "here.txt"], "mount", _workspace.At("slices"), _workspace.At("full"));
        Refused([_workspace.At("full", "here.txt"), "file"], "mount", _workspace.At("slices"), _workspace.At("full", "here.txt"));
        Refused([_workspace.At("full", "here.txt"), "file"], "mount", _workspace.At("slices"), _workspace.At("full", "here.txt", "deeper"));
        Assert.Equal("something", File.ReadAllText(_workspace.At("full", "here.txt")));
    }

    [ClientFact(Needs.Fuse | Needs.Root)]
    public void Mountpoint_of_another_filesystem_is_refused()
    {
        PlainTiff.WriteSlices(_workspace.At("slices"), 8, 16, 16);
        string foreign = _workspace.Folder("foreign");
        Tool.Run("mount", ["-t", "tmpfs", "-o", "size=64k", "somebody", foreign]).Expect();
        Tool refused = ZarrFsProcess.Run("mount", _workspace.At("slices"), foreign);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("tmpfs", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
        Assert.True(ZarrFsProcess.IsMounted(foreign), "the other filesystem is gone");
    }

    [ClientFact(Needs.Fuse)]
    public void Bad_address_is_refused_and_nothing_stays_mounted()
    {
        PlainTiff.WriteSlices(_workspace.At("slices"), 8, 16, 16);
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string address = taken.LocalEndpoint.ToString()!;
        Tool refused = ZarrFsProcess.Run("run", _workspace.At("slices"), "--mount", _workspace.Folder("mount"), "--listen", address);
        Assert.True(refused.ExitCode == 1, refused.Transcript); // services try again what ends with 1
        // What comes before it is the log, which knows of the mount that was there for a moment.
        Assert.Equal($"zarrfs: --listen: {address} is in use by another program; choose another with --listen", refused.ErrorLines[^1]);
        Assert.False(ZarrFsProcess.IsMounted(_workspace.At("mount")), refused.Transcript);
        foreach (string impossible in (string[])["nonsense", "127.0.0.1:99999", "127.0.0.1", "example.org:80"])
            Refused(["--listen: ", impossible.Split(":80")[0]], "run", _workspace.At("slices"), "--mount", _workspace.Folder("mount"), "--listen", impossible);
    }

    [Theory]
    [InlineData("mount")]
    [InlineData("mount", "only-a-source")]
    [InlineData("serve")]
    [InlineData("info")]
    [InlineData("serve", "source", "--chunk-sise", "64")]
    [InlineData("fly")]
    public void Bad_command_line_is_refused(params string[] arguments)
    {
        Tool refused = ZarrFsProcess.Run(arguments);
        Assert.True(refused.ExitCode != 0 && refused.ErrorLines.Length > 0, refused.Transcript);
    }

    private Tool Refused(string[] words, params string[] arguments)
    {
        Tool refused = ZarrFsProcess.Run(arguments);
        Assert.True(refused.ExitCode is 1 or 2, $"expected to be refused\n{refused.Transcript}");
        Assert.True(refused.ErrorLines.Length == 1 && refused.Error.StartsWith("zarrfs: ", StringComparison.Ordinal), $"expected one line on standard error\n{refused.Transcript}");
        Assert.True(refused.Output.Length == 0, $"nothing is announced that did not come to be\n{refused.Transcript}");
        foreach (string word in words)
            Assert.True(refused.Error.Contains(word, StringComparison.Ordinal), $"expected '{word}' in the message\n{refused.Transcript}");
        Assert.False(ZarrFsProcess.IsMounted(_workspace.At("mount")), $"something is mounted\n{refused.Transcript}");
        return refused;
    }

    private void MakeBadSources()
    {
        byte[] voxels = new byte[16 * 16 * 2];
        byte[] good = PlainTiff.Page(16, 16, voxels);
        byte[] lzw = PlainTiff.Page(16, 16, voxels, compression: 6);
        const string Pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";
        _workspace.Folder("empty-directory");
        Put("doubled", ("1.tif", good), ("001.tif", good), ("0.tif", good));
        Put("some-numbered", ("0.tif", good), ("other.tif", good));
        Put("cells-and-slices", ("cell_yxz_001_001_001.tif", good), ("0.tif", good));
        Put("doubled-cells", ("cell_yxz_001_001_001.tif", good), ("cell_yxz_01_01_01.tif", good));
        Put("cell-zero", ("cell_yxz_000_001_001.tif", good));
        Put("compressed", ("0.tif", lzw), ("1.tif", lzw));
        File.WriteAllBytes(_workspace.At("compressed.tif"), lzw);
        Put("empty-file", ("0.tif", []));
        Put("text", ("0.tif", "what is this"u8.ToArray()));
        Put("lfs-pointer", ("0.tif", System.Text.Encoding.UTF8.GetBytes(Pointer)));
        Put("truncated", ("0.tif", good[..200]));
        Put("meta-broken", ("0.tif", good), ("meta.json", "{\"width\": "u8.ToArray()));
        Put("meta-other-width", ("0.tif", good), ("meta.json", "{\"width\": 17}"u8.ToArray()));
        Put("meta-no-voxel", ("0.tif", good), ("meta.json", "{\"voxelsize\": -1}"u8.ToArray()));
        Put("zarr", (".zgroup", "{\"zarr_format\": 2}"u8.ToArray()));
    }

    private void Put(string directory, params (string Name, byte[] Content)[] files)
    {
        _workspace.Folder(directory);
        foreach ((string name, byte[] content) in files) File.WriteAllBytes(_workspace.At(directory, name), content);
    }
}
