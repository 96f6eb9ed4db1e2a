using System.Text;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Materialize.Verifying;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Tree;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Clients.Harness;
using ZarrFs.Tests.Oracles;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Materialize;

public sealed class StoreWriterTests
{
    private static readonly VolumeShape Shape = new(35, 13, 21);

    [Theory]
    [InlineData(StoreFormat.Ome04, 1, 1)]
    [InlineData(StoreFormat.Ome04, 2, 3)]
    [InlineData(StoreFormat.Ome05, 1, 1)]
    [InlineData(StoreFormat.Ome05, 2, 1)]
    [InlineData(StoreFormat.Ome05, 1, 3)]
    [InlineData(StoreFormat.Ome05, 2, 3)]
    public void A_store_is_a_copy_of_the_virtual_tree_without_the_chunks_that_are_all_fill(StoreFormat format, int times, int channels)
    {
        using var build = new StoreBuild(ArraySource.Random(Shape with { T = times, C = channels }, DataType.UInt16, zeros: true), format);
        BuildCounters counters = build.Run(build.Target());
        var tree = new VirtualTree([(build.Multiscale, build.Channels)]);
        Assert.True(tree.TryResolve(format == StoreFormat.Ome04 ? "test.zarr" : "test.ome.zarr", out Node root));
        var expected = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        Copy(tree, root.Id, "", build.Build, expected);
        RemoveEmptyDirectories(expected);
        StoreBuild.Same(expected, Path.Combine(build.Root, "out.zarr"));
        Assert.True(counters.ChunksEmpty > 0, "no chunk was all fill");
    }

    [Theory]
    [InlineData(StoreFormat.Array2, "", ".zarray")]
    [InlineData(StoreFormat.Array3, "c/0/0/", "zarr.json")]
    public void A_plain_array_has_its_chunks_at_the_root(StoreFormat format, string prefix, string document)
    {
        using var build = new StoreBuild(ArraySource.Random(Shape with { T = 2, C = 3 }, DataType.Int16), format);
        build.Run(build.Target());
        string store = Path.Combine(build.Root, "out.zarr");
        Assert.Equal(build.Build.Expected(new ChunkAddress(0, 0, 0, 0, 1, 2, 3)), File.ReadAllBytes(Path.Combine(store, prefix + "1/2/3")));
        Assert.Contains("35", File.ReadAllText(Path.Combine(store, document)), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(store, ".zarrfs")));
    }

    [ClientTheory(Needs.Python)]
    [InlineData(DataType.UInt8)]
    [InlineData(DataType.Int16)]
    [InlineData(DataType.Float64)]
    public void Zarr_python_reads_every_level(DataType type)
    {
        using var build = new StoreBuild(ArraySource.Random(Shape, type, zeros: true), method: DownsampleMethod.Nearest);
        build.Run(build.Target());
        byte[] path = Encoding.UTF8.GetBytes(Path.Combine(build.Root, "out.zarr"));
        for (int level = 0; level < build.Multiscale.Levels.Count; level++)
        {
            byte[] found = Numpy.Run($"import zarr\nresult = zarr.open(data.decode(), mode='r')['{level}'][:]", path);
            int step = 1 << level;
            byte[] expected = Numpy.Run(
                $"result = np.frombuffer(data, '{type.Name()}').reshape({Shape.Z}, {Shape.Y}, {Shape.X})[::{step}, ::{step}, ::{step}]", build.Build.Source.Voxels);
            Assert.Equal(expected, found);
        }
    }

    [ClientTheory(Needs.Python)]
    [InlineData("zlib")]
    [InlineData("gzip:9")]
    [InlineData("zstd")]
    [InlineData("blosc:lz4:bitshuffle")]
    public void Compressed_stores_are_continued_verified_and_read_by_zarr_python(string compression)
    {
        using var build = new StoreBuild(
            ArraySource.Random(Shape, DataType.UInt16, zeros: true), method: DownsampleMethod.Nearest, codec: Compression.Parse(compression).Create(DataType.UInt16));
        build.Run(build.Target("whole.zarr"));
        Assert.True(build.RunUntil(build.Target(), 100));
        build.Run(build.Target());
        StoreBuild.Same(StoreBuild.Files(build.Target("whole.zarr").Path), build.Target().Path);
        StoreTarget target = build.Target();
        using StoreVerifier verifier = StoreVerifier.Open(target.Path, target.Levels, target.Documents([]), 2);
        build.Build.Run(verifier);
        Assert.Empty(verifier.Report().Differences);
        Assert.Equal(build.Build.Source.Voxels, Numpy.Run("import zarr\nresult = zarr.open(data.decode(), mode='r')['0'][:]", Encoding.UTF8.GetBytes(target.Path)));
        long states = target.Levels.Sum(place => ((long)place!.Keys.Chunks + 15) / 16 * 4);
        Codec codec = target.Levels[0]!.Codec!;
        int raw = build.Multiscale.ChunkBytes;
        Assert.Equal(states + (2 * (codec.MostEncodedBytes(raw) + codec.WorkingBytes(raw))), StoreWriter.MemoryBytes(target));
        Assert.Equal(3 * (raw + codec.MostEncodedBytes(raw) + codec.WorkingBytes(raw)), StoreVerifier.MemoryBytes(target.Levels, 3));

        // A chunk that is damaged is told, not shown as something else.
        File.WriteAllBytes(Path.Combine(target.Path, "0", "8", "2", "5"), [1, 2, 3]);
        using StoreVerifier again = StoreVerifier.Open(target.Path, target.Levels, target.Documents([]), 2);
        build.Build.Run(again);
        StoreDifference difference = Assert.Single(again.Report().Differences);
        Assert.Equal(StoreDifferenceKind.Unreadable, difference.Kind);
        Assert.Contains("cannot be decoded", difference.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Trailing_zeros_take_no_space()
    {
        byte[] voxels = new byte[64 * 64 * 64];
        voxels[5000] = 1;
        using var build = new StoreBuild(new ArraySource(new VolumeShape(64, 64, 64), DataType.UInt8, voxels), chunk: new ChunkShape(64, 64, 64));
        build.Run(build.Target());
        string chunk = Path.Combine(build.Root, "out.zarr", "0", "0", "0", "0");
        Assert.Equal(voxels, File.ReadAllBytes(chunk));
        (int code, string output, _) = Mount.Command.Run("stat", "-c", "%b", chunk);
        Assert.Equal(0, code);
        Assert.InRange(int.Parse(output), 1, 32); // of 512 bytes; all of it would be 512
    }

    [Fact]
    public void Counters_tell_what_was_written()
    {
        using var build = new StoreBuild(ArraySource.Random(Shape, DataType.UInt16, zeros: true));
        var counters = new BuildCounters();
        using StoreWriter writer = StoreWriter.Open(build.Target(), counters);
        build.Finish(writer);
        long files = StoreBuild.Files(Path.Combine(build.Root, "out.zarr")).Count(file => file.Value.Length == build.Multiscale.ChunkBytes && !file.Key.Contains(".z"));
        Assert.Equal(files, counters.ChunksWritten);
        Assert.Equal(files * build.Multiscale.ChunkBytes, counters.WrittenBytes);
        Assert.Equal(writer.Chunks, writer.DoneChunks);
    }

    [Fact]
    public void A_store_that_is_not_complete_cannot_be_finished()
    {
        using var build = new StoreBuild(ArraySource.Random(Shape, DataType.UInt16));
        using StoreWriter writer = StoreWriter.Open(build.Target(), new BuildCounters());
        Assert.Contains("chunks are done", Assert.Throws<StoreException>(writer.Finish).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(build.Root, "out.zarr", ".zgroup")));
    }

    [Fact]
    public void More_chunks_than_can_be_kept_track_of_are_refused_before_anything_is_made()
    {
        using var source = new Tree.HugeSource(new VolumeShape(100_000, 100_000, 100_000));
        var multiscale = new Multiscale("huge", new Volume(source, VolumeRanges.All, null, null), new ChunkShape(64, 64, 64), 1, DownsampleMethod.Mean);
        string path = Path.Combine(Path.GetTempPath(), "zarrfs-never-made");
        StoreTarget target = StoreTarget.New(path, multiscale, Metadata.Documents.Channels(multiscale), StoreFormat.Ome04, null);
        Assert.Equal("--chunk-size", Assert.Throws<OptionException>(() => StoreWriter.Open(target, new BuildCounters())).Option);
        Assert.False(Directory.Exists(path));
    }

    [Theory]
    [InlineData("zlib")]
    [InlineData("gzip")]
    [InlineData("zstd")]
    [InlineData("blosc")]
    public void Chunks_that_no_array_could_hold_encoded_are_refused(string compression)
    {
        using var source = new Tree.HugeSource(new VolumeShape(3000, 3000, 3000));
        var chunk = new ChunkShape(2, 32766, 32766); // 2^31 − 262 136 bytes
        var multiscale = new Multiscale("huge", new Volume(source, VolumeRanges.All, DataType.UInt8, null), chunk, 1, DownsampleMethod.Mean);
        Codec? codec = Compression.Parse(compression).Create(multiscale.Volume.DataType);
        var failure = Record.Exception(() => StoreTarget.New("/never-made", multiscale, Metadata.Documents.Channels(multiscale), StoreFormat.Ome04, codec));
        if (compression == "blosc") Assert.Null(failure); // 16 bytes more at most
        else Assert.Equal("--chunk-size", Assert.IsType<OptionException>(failure).Option);
    }

    [Fact]
    public void Problems_are_kept_over_runs_and_given_to_the_documents()
    {
        using var build = new StoreBuild(ArraySource.Random(Shape, DataType.UInt16));
        var early = new SourceProblem(SourceProblemKind.Bad, 7, 1, "/data/00007.tif", "is \"empty\"\nand no TIFF") { T = 1, C = 2 };
        var late = new SourceProblem(SourceProblemKind.Missing, 3, 2, "/data", "no file");
        using (StoreWriter first = StoreWriter.Open(build.Target(), new BuildCounters()))
        {
            first.Note(early);
            first.Note(early);
        }

        IReadOnlyList<SourceProblem>? told = null;
        StoreTarget target = build.Target();
        Func<IReadOnlyList<SourceProblem>, IReadOnlyList<StoreDocument>> documents = target.Documents;
        using StoreWriter second = StoreWriter.Open(target with { Documents = problems => documents(told = problems) }, new BuildCounters());
        second.Note(late);
        build.Finish(second);
        Assert.Equal([late, early], told);
    }

    private static void Copy(VirtualTree tree, NodeId directory, string path, TestBuild build, SortedDictionary<string, byte[]> files)
    {
        byte[] name = new byte[VirtualTree.LongestName];
        for (long i = 0; i < tree.ChildCount(directory); i++)
        {
            Node child = tree.Child(directory, i, name, out int length);
            string childPath = path + Encoding.UTF8.GetString(name, 0, length);
            if (child.IsDirectory)
            {
                files.Add(childPath + "/", []);
                Copy(tree, child.Id, childPath + "/", build, files);
            }
            else if (child.Kind == NodeKind.Document)
            {
                files.Add(childPath, tree.Document(child.Id).ToArray());
            }
            else if (build.Expected(child.Chunk) is { } chunk && chunk.AsSpan().ContainsAnyExcept((byte)0))
            {
                files.Add(childPath, chunk);
            }
        }
    }

    private static void RemoveEmptyDirectories(SortedDictionary<string, byte[]> files)
    {
        foreach (string directory in files.Keys.Where(name => name.EndsWith('/')).ToArray())
        {
            if (!files.Keys.Any(name => !name.EndsWith('/') && name.StartsWith(directory, StringComparison.Ordinal))) files.Remove(directory);
        }
    }
}
