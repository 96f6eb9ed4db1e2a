using System.Text.Json;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients;

/// <summary>A Zarr store shown, moved, cut and written out again by the program, looked at by zarr-python and numpy.</summary>
public sealed class ZarrSourceTests : IDisposable
{
    /// <summary>Writes a store and its voxels; then levels of what is seen are compared with numpy's.</summary>
    private const string Write = """
        import sys, numpy as np, zarr, numcodecs
        path, kind = sys.argv[1:]
        data = np.random.default_rng(2).integers(0, 60000, (70, 61, 83)).astype('<u2')
        data[:20, :20, :20] = 300
        np.save(path + '.npy', data)
        options = {
            'raw': dict(chunks=(32, 32, 32), compressor=None, dimension_separator='/'),
            'blosc': dict(chunks=(32, 32, 32), compressor=numcodecs.Blosc('zstd', 3, 1), dimension_separator='.'),
            'zlib-deep': dict(chunks=(64, 16, 24), compressor=numcodecs.Zlib(1)),
            'fortran-big': dict(chunks=(17, 64, 64), compressor=numcodecs.GZip(1), order='F', dtype='>u2'),
        }[kind]
        array = zarr.open(path, mode='w', shape=data.shape, **{'dtype': data.dtype, 'fill_value': 300, 'write_empty_chunks': False, **options})
        array[...] = data
        """;

    private const string Compare = """
        import sys, numpy as np, zarr
        sys.path.insert(0, sys.argv[3])
        import oracle
        data, store = np.load(sys.argv[1]), zarr.open(sys.argv[2], mode='r')
        x, y, z = map(int, sys.argv[4].split(','))
        moved = np.zeros([n + s for n, s in zip(data.shape, (z, y, x))], data.dtype)
        moved[max(0, z):, max(0, y):, max(0, x):] = data[max(0, -z):, max(0, -y):, max(0, -x):]
        moved = oracle.crop(moved, sys.argv[5])
        for level, expected in enumerate(oracle.levels(moved, (16, 16, 16), 3, 'mean')):
            found = store[str(level)][...]
            assert found.shape == expected.shape, (level, found.shape, expected.shape)
            assert np.array_equal(found, expected), f'level {level}: {(found != expected).sum()} of {found.size} voxels'
        """;

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [ClientTheory(Needs.Fuse | Needs.Python)]
    [InlineData("raw", "0,0,0", ":,:,:")]
    [InlineData("raw", "5,-7,20", ":,:,:")]
    [InlineData("blosc", "0,0,0", ":,:,:")]
    [InlineData("blosc", "-3,30,1", "10:70,3:80,:")]
    [InlineData("zlib-deep", "0,0,0", ":,:,:")]
    [InlineData("fortran-big", "0,0,0", ":,:,:")]
    [InlineData("fortran-big", "1,2,3", ":,:,5:")]
    public void The_mount_and_the_store_written_show_what_numpy_makes(string kind, string shift, string window)
    {
        string source = Make(kind);
        string[] view = [$"--shift={shift}", "--chunk-size", "16", "--levels", "3", "--name", "seen"];
        using (var process = ZarrFsProcess.Start(["mount", source, _workspace.Folder("mount"), $"--ranges={window}", .. view]))
        {
            Check(source, Path.Combine(process.MountPath, "seen.zarr"), shift, window);
            Assert.DoesNotContain("cannot", process.ErrorLog, StringComparison.Ordinal);

            // What a copy of the other root has is read back as a source itself: Zarr v3, which this zarr-python does not know.
            Tool.Run("cp", ["-r", Path.Combine(process.MountPath, "seen.ome.zarr"), _workspace.At("copy.ome.zarr")]).Expect();
        }

        using (var process = ZarrFsProcess.Start("mount", _workspace.At("copy.ome.zarr"), _workspace.At("mount"), "--chunk-size", "16", "--levels", "3"))
            Check(source, Path.Combine(process.MountPath, "seen.zarr"), shift, window);

        ZarrFsProcess.Run(["materialize", source, _workspace.At("written.zarr"), $"--window={window}", .. view, "--compression", "zstd", "--verify"]).Expect();
        Check(source, _workspace.At("written.zarr"), shift, window);
    }

    [ClientFact(Needs.Python)]
    public void Info_says_what_the_store_is()
    {
        string source = Make("blosc");
        Tool info = ZarrFsProcess.Run("info", source, "--deep").Expect();
        foreach (string word in (string[])["zarr (Zarr v2 array)", "70×61×83", "Zarr v2, blosc, chunks of 32×32×32", "No missing and no bad slices", "source.zarr"])
            Assert.Contains(word, info.Output, StringComparison.Ordinal);

        string chunk = Path.Combine(source, "1.1.1");
        byte[] bytes = File.ReadAllBytes(chunk);
        bytes.AsSpan(bytes.Length / 2).Clear();
        File.WriteAllBytes(chunk, bytes);
        Tool damaged = ZarrFsProcess.Run("info", source, "--deep", "--json").Expect(1);
        using JsonDocument json = JsonDocument.Parse(damaged.Output);
        JsonElement problem = Assert.Single(json.RootElement.GetProperty("problems").EnumerateArray());
        Assert.Equal(("bad", 32, 32, chunk), (problem.GetProperty("kind").GetString(), problem.GetProperty("z").GetInt32(), problem.GetProperty("depth").GetInt32(), problem.GetProperty("path").GetString()));
    }

    private string Make(string kind)
    {
        string source = _workspace.At("source.zarr");
        Tool.Run(Script.Python, ["-c", Write, source, kind]).Expect();
        return source;
    }

    private static void Check(string source, string shown, string shift, string window) =>
        Tool.Run(Script.Python, ["-c", Compare, source + ".npy", shown, Path.Combine(Repository.Clients, "python"), shift, window]).Expect();
}
