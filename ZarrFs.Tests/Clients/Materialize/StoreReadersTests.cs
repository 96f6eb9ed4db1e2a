using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients.Materialize;

/// <summary>Other people's readers get every voxel of every level right from stores on disk, of both formats and with every codec.</summary>
[Collection(ShowcaseTests.Name)]
public sealed class StoreReadersTests(Showcase showcase)
{
    private static readonly string[] Codecs = ["blosc", "blosc:zstd:3:bitshuffle", "blosc:lz4hc:9:noshuffle", "zstd:3", "gzip:6", "zlib:1"];

    public static TheoryData<string> Volumes { get; } = [.. Recipes.All.Select(recipe => recipe.Name)];

    public static TheoryData<string, string> CompressedVolumes { get; } = Pairs();

    [ClientTheory(Needs.Fuse | Needs.Python)]
    [MemberData(nameof(Volumes))]
    public void Zarr_python_reads_stores(string volume) => showcase.Stores.CheckPython("read_with_zarr", Stores.Uncompressed, volume);

    [ClientTheory(Needs.Fuse | Needs.Python)]
    [MemberData(nameof(Volumes))]
    public void Gdal_reads_stores(string volume) => showcase.Stores.CheckPython("read_with_gdal", Stores.Uncompressed, volume);

    [ClientTheory(Needs.Fuse | Needs.Python | Needs.Node)]
    [MemberData(nameof(Volumes))]
    public void Zarrita_reads_stores_of_both_formats(string volume) => showcase.Stores.CheckNode("read_with_zarrita", Stores.Uncompressed, volume);

    [ClientTheory(Needs.Fuse | Needs.Python)]
    [MemberData(nameof(Volumes))]
    public void Khartes_VC3D_and_vesuvius_gui_accept_the_metadata_of_stores(string volume) => showcase.Stores.CheckPython("client_rules", Stores.Uncompressed, volume);

    [ClientTheory(Needs.Fuse | Needs.Python)]
    [MemberData(nameof(Volumes))]
    public void Metadata_of_stores_follow_OME_Zarr(string volume) => showcase.Stores.CheckPython("ome_rules", Stores.Uncompressed, volume);

    [ClientTheory(Needs.Fuse | Needs.Python)]
    [MemberData(nameof(CompressedVolumes))]
    public void Zarr_python_reads_compressed_stores(string compression, string volume) => showcase.Stores.CheckPython("read_with_zarr", compression, volume);

    [ClientTheory(Needs.Fuse | Needs.Python)]
    [MemberData(nameof(CompressedVolumes))]
    public void Gdal_reads_compressed_stores(string compression, string volume) => showcase.Stores.CheckPython("read_with_gdal", compression, volume);

    [ClientTheory(Needs.Fuse | Needs.Python | Needs.Node)]
    [MemberData(nameof(CompressedVolumes))]
    public void Zarrita_reads_compressed_stores_of_both_formats(string compression, string volume) =>
        showcase.Stores.CheckNode("read_with_zarrita", compression, volume);

    /// <summary>A copy of the mount is a store: the same documents, and the same chunks but for those that are all fill, which a store leaves out.</summary>
    [ClientTheory(Needs.Fuse | Needs.Python)]
    [MemberData(nameof(Volumes))]
    public void Stores_hold_the_same_files_as_the_mount(string volume)
    {
        foreach (string suffix in (string[])[".zarr", ".ome.zarr"])
        {
            string store = Path.Combine(showcase.Stores.Root(Stores.Uncompressed), volume + suffix), mount = Path.Combine(showcase.MountPath, volume + suffix);
            HashSet<string> written = [.. Files(store)];
            foreach (string file in Files(mount))
            {
                byte[] expected = File.ReadAllBytes(Path.Combine(mount, file));
                bool isLeftOut = !char.IsAsciiLetter(Path.GetFileName(file).TrimStart('.')[0]) && !expected.AsSpan().ContainsAnyExcept((byte)0);
                Assert.True(written.Remove(file) != isLeftOut, $"{volume}{suffix}/{file} {(isLeftOut ? "is all fill, and was written" : "is missing")}");
                if (!isLeftOut) Assert.True(File.ReadAllBytes(Path.Combine(store, file)).AsSpan().SequenceEqual(expected), $"{volume}{suffix}/{file} differs");
            }

            Assert.Empty(written);
        }
    }

    private static IEnumerable<string> Files(string root) =>
        Directory.EnumerateFiles(root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None }).Select(path => Path.GetRelativePath(root, path));

    private static TheoryData<string, string> Pairs()
    {
        TheoryData<string, string> pairs = [];
        foreach (string codec in Codecs)
        {
            foreach (string volume in Stores.Compressed) pairs.Add(codec, volume);
        }

        return pairs;
    }
}
