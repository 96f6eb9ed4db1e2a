using System.Text.Json;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;

namespace ZarrFs.Core.Cache.Disk;

/// <summary>
/// Where the files of a volume are in its directory: as in a store of Zarr v3. Written there too, so that another run, which does not show
/// the volume, can make room in it.
/// </summary>
internal sealed class VolumeLayout
{
    private const int Version = 1;
    private const int Block = 4096;
    private const int MostRank = 5;

    private static readonly KeyEncoding Keys = new(HasPrefix: true, '/');

    private readonly long[][] _counts;

    /// <param name="chunkBytes">Bytes of a chunk and its file.</param>
    /// <param name="counts">For each level the number of chunks along each axis.</param>
    public VolumeLayout(int chunkBytes, long[][] counts)
    {
        ChunkBytes = chunkBytes;
        FileBytes = ((long)chunkBytes + Block - 1) / Block * Block;
        _counts = counts;
    }

    public int ChunkBytes { get; }

    /// <summary>Bytes that a chunk's file counts.</summary>
    public long FileBytes { get; }

    public int Levels => _counts.Length;

    public static VolumeLayout Of(IReadOnlyList<LevelPlace> places) =>
        new(places[0].ChunkBytes, [.. places.Select(place => Enumerable.Range(0, place.Keys.Rank).Select(place.Keys.Count).ToArray())]);

    /// <summary>Reads what <see cref="ToJson"/> has written; null for anything else.</summary>
    public static VolumeLayout? Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            if (root.GetProperty("version").GetInt32() != Version) return null;
            long[][] counts = [.. root.GetProperty("chunks").EnumerateArray().Select(level => level.EnumerateArray().Select(count => count.GetInt64()).ToArray())];
            int chunkBytes = root.GetProperty("chunkBytes").GetInt32();
            bool isOne = chunkBytes > 0 && counts.Length is > 0 and <= Multiscale.MostLevels && counts.All(IsPossible);
            return isOne ? new VolumeLayout(chunkBytes, counts) : null;
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    public byte[] ToJson() => JsonDocuments.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("version", Version);
        writer.WriteNumber("chunkBytes", ChunkBytes);
        writer.WriteStartArray("chunks");
        foreach (long[] level in _counts)
        {
            writer.WriteStartArray();
            foreach (long count in level) writer.WriteNumberValue(count);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    /// <summary>Number of chunks of a level.</summary>
    public long Chunks(int level) => _counts[level].Aggregate(1L, static (product, count) => product * count);

    /// <summary>False for the key of nothing that a volume like this has.</summary>
    public bool Contains(DiskKey key) => key == DiskKey.Group || (key.Level < Levels && (key.IsDocument || key.Number < Chunks(key.Level)));

    /// <summary>A file's path in the volume's directory, with <c>/</c>.</summary>
    public string PathOf(DiskKey key)
    {
        if (key == DiskKey.Group) return "zarr.json";
        if (key.IsDocument) return $"{key.Level}/zarr.json";
        long[] counts = _counts[key.Level];
        long[] index = new long[counts.Length];
        long number = key.Number;
        for (int axis = counts.Length - 1; axis >= 0; axis--)
        {
            index[axis] = number % counts[axis];
            number /= counts[axis];
        }

        return $"{key.Level}/{Keys.Of(index)}";
    }

    private static bool IsPossible(long[] counts)
    {
        Int128 product = 1;
        foreach (long count in counts)
        {
            if (count < 1) return false;
            product *= count;
            if (product > StoreWriter.MostChunks) return false;
        }

        return counts.Length is > 0 and <= MostRank;
    }
}
