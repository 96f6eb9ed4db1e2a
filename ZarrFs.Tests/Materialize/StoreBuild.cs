using ZarrFs.Core.Chunks;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;
using ZarrFs.Tests.Corpus;
using ZarrFs.Tests.Metadata;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Materialize;

/// <summary>Builds of one array into stores in a directory of their own.</summary>
internal sealed class StoreBuild : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StoreFormat _format;
    private readonly Codec? _codec;

    public StoreBuild(
        ArraySource source, StoreFormat format = StoreFormat.Ome04, ChunkShape? chunk = null, int? levels = null, DownsampleMethod method = DownsampleMethod.Mean,
        int workers = 2, Codec? codec = null)
    {
        _format = format;
        _codec = codec;
        bool isArray = format is StoreFormat.Array2 or StoreFormat.Array3;
        Build = new TestBuild(
            source, chunk ?? new ChunkShape(4, 4, 4), isArray ? 1 : levels, method, onlyLeading: format is StoreFormat.Ome04 or StoreFormat.Array2, workers: workers);
    }

    public TestBuild Build { get; }

    public Multiscale Multiscale => Build.Multiscale;

    public IReadOnlyList<OmeroChannel> Channels => Documents.Channels(Multiscale);

    public string Root => _directory.Path;

    /// <summary>A target in the directory; without forcing anything to the disk, which takes long and most tests do not look at.</summary>
    public StoreTarget Target(string name = "out.zarr") =>
        StoreTarget.New(Path.Combine(Root, name), Multiscale, Channels, _format, _codec) with { Durability = Durability.None, Writers = 2 };

    /// <summary>Opens a store, builds what is missing, finishes it.</summary>
    public BuildCounters Run(StoreTarget target)
    {
        using StoreWriter writer = StoreWriter.Open(target, new BuildCounters());
        return Finish(writer);
    }

    /// <summary>Builds what is missing, and finishes it.</summary>
    public BuildCounters Finish(StoreWriter writer)
    {
        Build.Run(writer);
        writer.Finish();
        return Build.Counters;
    }

    /// <summary>Builds until so many chunks are written, then leaves it all as a kill would.</summary>
    /// <returns>False if there were no more chunks to write.</returns>
    public bool RunUntil(StoreTarget target, int writes)
    {
        using StoreWriter writer = StoreWriter.Open(target, new BuildCounters());
        try
        {
            Build.Run(new InterruptedSink(writer, writes));
            return false;
        }
        catch (InterruptedSink.Interruption)
        {
            return true;
        }
        finally
        {
            File.WriteAllText(Path.Combine(target.Path, ".zarrfs", "tmp", "half"), "a chunk that is only half there");
        }
    }

    /// <summary>All files below a directory, by their relative paths, and all directories, as empty arrays with a slash behind their paths.</summary>
    public static SortedDictionary<string, byte[]> Files(string directory)
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (string path in Directory.EnumerateFileSystemEntries(directory, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(directory, path);
            if (Directory.Exists(path)) files.Add(name + "/", []);
            else if (name == ".zarrfs/lock") files.Add(name, []); // may be locked
            else files.Add(name, File.ReadAllBytes(path));
        }

        return files;
    }

    public static void Same(SortedDictionary<string, byte[]> expected, string directory)
    {
        SortedDictionary<string, byte[]> found = Files(directory);
        Assert.Equal(expected.Keys, found.Keys);
        foreach ((string name, byte[] content) in expected) Assert.True(content.AsSpan().SequenceEqual(found[name]), $"{name} differs");
    }

    public void Dispose()
    {
        Build.Dispose();
        _directory.Dispose();
    }
}
