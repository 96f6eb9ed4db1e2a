using ZarrFs.Core.Chunks;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Materialize.Stores;

/// <summary>Where the chunks of one level are in a store, and how they are written there.</summary>
/// <param name="Directory">The array's directory in the store: <c>0</c>; empty if the store is the array.</param>
/// <param name="Keys">Its chunks and their keys.</param>
/// <param name="Type">Type of a voxel.</param>
/// <param name="Codec">Encodes a chunk; null for none.</param>
public sealed record LevelPlace(string Directory, ChunkKeys Keys, DataType Type, Codec? Codec)
{
    /// <summary>Bytes of a raw chunk.</summary>
    public int ChunkBytes { get; } = checked((int)(Keys.Grid.Chunk.Count * Type.Size()));

    /// <summary>Most bytes that a chunk's file can have.</summary>
    public long MostFileBytes => Codec?.MostEncodedBytes(ChunkBytes) ?? ChunkBytes;

    /// <summary>Bytes of memory that a thread takes at most to encode or decode a chunk, the chunk itself left out; 0 without a codec.</summary>
    public long CodecBytes => Codec is null ? 0 : MostFileBytes + Codec.WorkingBytes(ChunkBytes);

    /// <summary>True if a chunk's file may have so many bytes.</summary>
    public bool CanHaveLength(long bytes) => Codec is null ? bytes == ChunkBytes : bytes > 0 && bytes <= MostFileBytes;

    /// <summary>The path of a chunk's file in the store, with <c>/</c>.</summary>
    public string PathOf(in ChunkAddress address) => Directory.Length == 0 ? Keys.Key(address) : $"{Directory}/{Keys.Key(address)}";
}
