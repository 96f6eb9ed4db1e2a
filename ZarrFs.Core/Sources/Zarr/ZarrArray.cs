using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources.Zarr;

/// <summary>What the document of an array, v2 or v3, says: every field checked, nothing of it trusted to be small.</summary>
internal sealed record ZarrArray
{
    /// <summary>Most dimensions that a document may name; sources have five at most.</summary>
    public const int MostDimensions = 32;

    /// <summary>Bytes of all voxels: what no store has, and what sums and products in 64 bits bear.</summary>
    private const long MostBytes = 1L << 60;

    /// <summary>Its directory.</summary>
    public required string Directory { get; init; }

    /// <summary><c>.zarray</c> or <c>zarr.json</c>.</summary>
    public required ZarrDocument Document { get; init; }

    /// <summary>The document of its attributes, of which the names of its dimensions are read; null in v3, where they are in its own.</summary>
    public ZarrDocument? Attributes { get; init; }

    /// <summary>2 or 3.</summary>
    public required int Format { get; init; }

    /// <summary>Voxels along each dimension; none is 0.</summary>
    public required IReadOnlyList<long> Shape { get; init; }

    /// <summary>Voxels of a chunk along each dimension.</summary>
    public required IReadOnlyList<long> Chunk { get; init; }

    /// <summary>The dimensions as they lie in a chunk, from the one that varies slowest.</summary>
    public required IReadOnlyList<int> Order { get; init; }

    /// <summary>The type of a voxel; truth values are uint8.</summary>
    public required DataType DataType { get; init; }

    /// <summary>True for truth values, which are read as 0 and 1.</summary>
    public required bool IsTruth { get; init; }

    /// <summary>True if the most significant byte of a voxel comes first.</summary>
    public required bool IsBigEndian { get; init; }

    /// <summary>One voxel of a chunk that has no file, little-endian.</summary>
    public required byte[] Fill { get; init; }

    /// <summary>How chunk files are named.</summary>
    public required KeyEncoding Keys { get; init; }

    /// <summary>How a chunk's bytes become those of its file.</summary>
    public required ChunkCodecs Codecs { get; init; }

    /// <summary>Names of the dimensions, or null where they have none.</summary>
    public required IReadOnlyList<string>? Names { get; init; }

    /// <summary>Bytes of a chunk, decoded.</summary>
    public long ChunkBytes => Chunk.Aggregate((long)DataType.Size(), static (bytes, size) => bytes * size);

    /// <summary>Levels of folders below the directory that chunks may lie in; 0 where all lie in the directory itself.</summary>
    public int Folders => Keys.Separator == '/' ? Shape.Count - (Keys.HasPrefix ? 0 : 1) : 0;

    /// <summary>Chunks along a dimension.</summary>
    public long Chunks(int dimension) => (Shape[dimension] - 1) / Chunk[dimension] + 1;

    /// <summary>Reads the array in a directory; null if there is none. v3 is preferred where both are.</summary>
    /// <exception cref="SourceException">The document contradicts itself, or has something that is not read.</exception>
    public static ZarrArray? Find(string directory, SourceRoot root)
    {
        if (ZarrDocument.Find(directory, ZarrDocument.NodeV3, root) is { } node)
            return ZarrGroup.IsGroup(node) ? null : ZarrArrayV3.Read(directory, node).Checked();
        return ZarrDocument.Find(directory, ZarrDocument.ArrayV2, root) is { } array ? ZarrArrayV2.Read(directory, array, root).Checked() : null;
    }

    private ZarrArray Checked()
    {
        if (Chunk.Count != Shape.Count) throw new SourceException(Document.Path, $"has {Shape.Count} dimensions and chunks of {Chunk.Count}");
        if (Shape.Contains(0)) throw new SourceException(Document.Path, $"has no voxels: its shape is {Words(Shape)}");
        Int128 bytes = Bytes(Shape), chunk = Bytes(Chunk);
        if (bytes > MostBytes) throw new UnsupportedException(Document.Path, $"an array of {Words(Shape)} {DataType.Name()} voxels is larger than {MostBytes} bytes");
        if (chunk > int.MaxValue)
            throw new UnsupportedException(Document.Path, $"chunks of {Words(Chunk)} {DataType.Name()} voxels are not supported; a chunk must be smaller than 2³¹ bytes");
        return this;
    }

    private Int128 Bytes(IReadOnlyList<long> sizes)
    {
        Int128 bytes = DataType.Size();
        foreach (long size in sizes) bytes = Int128.Min(bytes, MostBytes + 1) * size; // no overflow: 2⁶⁰ · 2⁶³ at most
        return bytes;
    }

    private static string Words(IReadOnlyList<long> sizes) => string.Join('×', sizes);
}
