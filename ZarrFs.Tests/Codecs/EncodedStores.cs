using System.Security.Cryptography;
using System.Text.Json.Serialization;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;
using ZarrFs.Tests.Metadata;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Codecs;

/// <summary>Small stores on disk, a pair of each codec and type: the documents of the program, and chunks encoded by the codecs.</summary>
public sealed class EncodedStores : IDisposable
{
    private static readonly string[] Texts =
    [
        "none", "zstd", "zstd:-3", "zstd:19", "gzip", "gzip:9", "zlib", "blosc", "blosc:0", "blosc:zstd:bitshuffle", "blosc:lz4hc:noshuffle", "blosc:blosclz", "blosc:zlib:bitshuffle",
    ];

    private readonly TemporaryDirectory _directory = new();
    private readonly List<Store> _stores = [];

    public EncodedStores()
    {
        try
        {
            WriteAll();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal IReadOnlyList<Store> All => _stores;

    public void Dispose() => _directory.Dispose();

    private void WriteAll()
    {
        foreach (string text in Texts)
        {
            foreach (DataType type in (DataType[])[DataType.UInt8, DataType.UInt16, DataType.Float32])
            {
                Compression compression = Compression.Parse(text);
                Write(compression.Create(type), type, isV3: false, isGroup: true);
                if (compression.IsInV3) Write(compression.Create(type), type, isV3: true, isGroup: true);
            }
        }

        Write(CodecSamples.Of("blosc"), DataType.UInt16, isV3: false, isGroup: false);
        Write(CodecSamples.Of("blosc"), DataType.UInt16, isV3: true, isGroup: false);
    }

    private void Write(Codec? codec, DataType type, bool isV3, bool isGroup)
    {
        var shape = new VolumeShape(9, 14, 19);
        byte[] voxels = CodecSamples.Voxels(1, (int)shape.Count, type);
        var volume = new Volume(new ArraySource(shape, type, voxels), VolumeRanges.All, null, null);
        var multiscale = new Multiscale("encoded", volume, new ChunkShape(4, 6, 8), levels: 1, DownsampleMethod.Mean, default);
        IReadOnlyList<OmeroChannel> channels = Documents.Channels(multiscale);
        string root = Path.Combine(_directory.Path, $"{_stores.Count} {codec?.Name}.zarr"), array = isGroup ? "0" : "";
        if (isV3)
        {
            var documents = new ZarrV3Documents(multiscale, channels, codec);
            if (isGroup) Write(root, documents.Group());
            Write(Path.Combine(root, array), isGroup ? documents.Array(multiscale.Levels[0]) : documents.RootArray());
        }
        else
        {
            var documents = new ZarrV2Documents(multiscale, channels, codec);
            if (isGroup) Write(root, documents.Group());
            Write(Path.Combine(root, array), isGroup ? documents.Array(multiscale.Levels[0]) : documents.RootArray());
        }

        WriteChunks(Path.Combine(root, array, isV3 ? "c" : ""), volume, multiscale.Chunk, codec);
        _stores.Add(new Store(root, array, isV3 ? "v3" : "v2", type.Name(), [shape.Z, shape.Y, shape.X], Convert.ToHexStringLower(SHA256.HashData(voxels))));
    }

    private static void WriteChunks(string directory, Volume volume, ChunkShape chunk, Codec? codec)
    {
        VolumeShape shape = volume.Shape;
        int size = volume.DataType.Size();
        for (long z = 0; z < shape.Z; z += chunk.Z)
        {
            for (long y = 0; y < shape.Y; y += chunk.Y)
            {
                for (long x = 0; x < shape.X; x += chunk.X)
                {
                    byte[] raw = new byte[chunk.Z * chunk.Y * chunk.X * size];
                    int width = (int)Math.Min(chunk.X, shape.X - x);
                    for (long row = 0; row < chunk.Z * chunk.Y; row++)
                    {
                        (long dz, long dy) = Math.DivRem(row, chunk.Y);
                        if (z + dz < shape.Z && y + dy < shape.Y)
                            volume.Read(new Region(0, 0, z + dz, y + dy, x, 1, 1, width), raw.AsSpan((int)row * chunk.X * size, width * size), []);
                    }

                    string file = Path.Combine(directory, $"{z / chunk.Z}/{y / chunk.Y}/{x / chunk.X}");
                    Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                    File.WriteAllBytes(file, codec is null ? raw : CodecSamples.Encode(codec, raw));
                }
            }
        }
    }

    private static void Write(string directory, IReadOnlyList<(string Name, byte[] Content)> documents)
    {
        Directory.CreateDirectory(directory);
        foreach ((string name, byte[] content) in documents) File.WriteAllBytes(Path.Combine(directory, name), content);
    }

    /// <summary>A store, and what its first level must be.</summary>
    internal sealed record Store(
        [property: JsonPropertyName("path")] string Path,
        [property: JsonPropertyName("array")] string Array,
        [property: JsonPropertyName("format")] string Format,
        [property: JsonPropertyName("dtype")] string Type,
        [property: JsonPropertyName("shape")] long[] Shape,
        [property: JsonPropertyName("sha256")] string Sha256);
}
