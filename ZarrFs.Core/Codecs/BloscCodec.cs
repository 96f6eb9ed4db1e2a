using System.Text.Json;
using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Codecs;

/// <summary>Zarr's <c>blosc</c>: c-blosc's format 1, a shuffle and a compressor in blocks. One call is one thread's work.</summary>
public sealed class BloscCodec : Codec
{
    internal const string Id = "blosc";

    private const int CompressorIsMissing = -5;

    /// <param name="compressor">One of <see cref="Compressors"/>.</param>
    /// <param name="level">0 (stored) to 9.</param>
    /// <param name="shuffle">What comes before.</param>
    /// <param name="typeSize">Bytes of one voxel: what is shuffled.</param>
    /// <param name="blockSize">Bytes that are compressed together; 0 leaves it to blosc.</param>
    public BloscCodec(string compressor, int level, BloscShuffle shuffle, int typeSize, int blockSize = 0)
    {
        if (!Compressors.Contains(compressor)) throw new ArgumentOutOfRangeException(nameof(compressor), compressor, "not a compressor of blosc");
        ArgumentOutOfRangeException.ThrowIfNegative(level);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, 9);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(typeSize);
        ArgumentOutOfRangeException.ThrowIfNegative(blockSize);
        Compressor = compressor;
        Level = level;
        Shuffle = shuffle;
        TypeSize = typeSize;
        BlockSize = blockSize;
    }

    /// <summary>The compressors that the format knows. Which of them there are is the library's matter: <c>snappy</c> often is not.</summary>
    public static IReadOnlyList<string> Compressors { get; } = ["blosclz", "lz4", "lz4hc", "snappy", "zlib", "zstd"];

    /// <inheritdoc/>
    public override string Name => Id;

    /// <summary>Zarr's <c>cname</c>.</summary>
    public string Compressor { get; }

    /// <summary>Zarr's <c>clevel</c>.</summary>
    public int Level { get; }

    /// <summary>What comes before compressing.</summary>
    public BloscShuffle Shuffle { get; }

    /// <summary>Bytes of one voxel.</summary>
    public int TypeSize { get; }

    /// <summary>Bytes that are compressed together; 0 if blosc decides.</summary>
    public int BlockSize { get; }

    /// <summary>As <see cref="Compression.Parse"/> reads it.</summary>
    public override string ToString() => $"{Id}:{Compressor}:{Level}:{Word(Shuffle)}";

    /// <inheritdoc/>
    public override long MostEncodedBytes(long rawBytes) => rawBytes + LibBlosc.MostOverhead;

    /// <inheritdoc/>
    public override long WorkingBytes(int rawBytes)
    {
        // blosc's own choice of a block ends at 1 MiB (compute_blocksize). Two of them are shuffled into, and a compressor has its own
        // tables for one: less than 1 MiB, but for zstd's, whose level blosc makes of its own (zstd_wrap_compress).
        const int mebibyte = 1 << 20;
        int block = Math.Min(rawBytes, Math.Max(BlockSize, mebibyte));
        long tables = Compressor == ZstdCodec.Id ? ZstdCodec.WorkingBytes(Level < 9 ? (2 * Level) - 1 : ZstdCodec.MostLevel, block) : mebibyte;
        return (2L * block) + tables;
    }

    /// <inheritdoc/>
    public override void Check()
    {
        LibBlosc.Check();
        if (LibBlosc.CompressorNumber(Compressor) < 0)
            throw new CodecException(
                Id,
                $"the library installed here was built without {Compressor}; choose another compressor: "
                + string.Join(", ", Compressors.Where(name => LibBlosc.CompressorNumber(name) >= 0)));
    }

    /// <inheritdoc/>
    public override unsafe int Encode(ReadOnlySpan<byte> raw, Span<byte> encoded)
    {
        LibBlosc.Check();
        int length;
        fixed (byte* input = raw, output = encoded)
        {
            length = LibBlosc.Compress(
                Level, (int)Shuffle, (nuint)TypeSize, (nuint)raw.Length, input, output, (nuint)encoded.Length, Compressor, (nuint)BlockSize, threads: 1);
        }

        if (length > 0) return length;
        Check();
        throw new CodecException(Id, $"{Compressor} could not encode {raw.Length} bytes into {encoded.Length} (error {length})");
    }

    /// <inheritdoc/>
    public override unsafe void Decode(ReadOnlySpan<byte> encoded, Span<byte> raw)
    {
        LibBlosc.Check();
        fixed (byte* input = encoded, output = raw)
        {
            if (LibBlosc.Validate(input, (nuint)encoded.Length, out nuint stated) != 0)
                throw new CodecException(Id, $"{encoded.Length} bytes with a header that says another length or version: truncated, damaged or not blosc");
            if (stated != (nuint)raw.Length)
                throw new CodecException(Id, $"the header says {stated} decoded bytes; {raw.Length} were expected");
            int length = LibBlosc.Decompress(input, output, (nuint)raw.Length, threads: 1);
            if (length == raw.Length) return;
            throw new CodecException(Id, length == CompressorIsMissing
                ? "the library installed here was built without the compressor that these bytes need"
                : $"the bytes after the header are damaged (error {length})");
        }
    }

    /// <inheritdoc/>
    public override void WriteV2(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("id", Id);
        writer.WriteString("cname", Compressor);
        writer.WriteNumber("clevel", Level);
        writer.WriteNumber("shuffle", (int)Shuffle);
        writer.WriteNumber("blocksize", BlockSize);
        writer.WriteEndObject();
    }

    /// <inheritdoc/>
    public override void WriteV3(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("name", Id);
        writer.WriteStartObject("configuration");
        writer.WriteNumber("typesize", TypeSize);
        writer.WriteString("cname", Compressor);
        writer.WriteNumber("clevel", Level);
        writer.WriteString("shuffle", Word(Shuffle));
        writer.WriteNumber("blocksize", BlockSize);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>Zarr v3's word: <c>noshuffle</c>, <c>shuffle</c>, <c>bitshuffle</c>.</summary>
    internal static string Word(BloscShuffle shuffle) => shuffle switch
    {
        BloscShuffle.NoShuffle => "noshuffle",
        BloscShuffle.Shuffle => "shuffle",
        _ => "bitshuffle",
    };
}
