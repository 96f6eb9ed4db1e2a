using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Tiff;

namespace ZarrFs.Core.Sources.Zarr;

/// <summary>How the bytes of a chunk become those of its file: a compressor or none, and a checksum or none after it.</summary>
/// <param name="Compressor">The compressor.</param>
/// <param name="HasChecksum">True if four bytes of CRC-32C end the file.</param>
internal sealed record ChunkCodecs(Codec? Compressor, bool HasChecksum)
{
    public const string Checksum = "crc32c";

    private const int ChecksumBytes = sizeof(uint);

    /// <summary>The bytes as they are.</summary>
    public static ChunkCodecs None { get; } = new(null, HasChecksum: false);

    /// <summary>True if a chunk's file holds its voxels as they are.</summary>
    public bool IsNone => this == None;

    /// <summary>A compressor that can be used here, or none.</summary>
    /// <param name="codec">The compressor; null for none.</param>
    /// <param name="document">Where it is stated.</param>
    /// <exception cref="SourceException">Its library is missing: found out now, since every chunk would look damaged.</exception>
    public static ChunkCodecs Of(Codec? codec, ZarrDocument document)
    {
        try
        {
            codec?.Check();
        }
        catch (CodecException failure)
        {
            throw new SourceException(document.Path, failure.Message, failure);
        }

        return codec is null ? None : new ChunkCodecs(codec, HasChecksum: false);
    }

    /// <summary>Most bytes that the file of a chunk can sensibly have.</summary>
    public long MostEncodedBytes(long rawBytes) => Compressor is null ? Math.Min(int.MaxValue, rawBytes + ChecksumBytes) : (long)SegmentCache.MostEncodedBytes(rawBytes);

    /// <summary>Decodes exactly as many bytes as <paramref name="raw"/> has.</summary>
    /// <exception cref="CodecException">The bytes are damaged.</exception>
    public void Decode(ReadOnlySpan<byte> encoded, Span<byte> raw)
    {
        if (HasChecksum) encoded = WithoutChecksum(encoded);
        if (Compressor is not null) Compressor.Decode(encoded, raw);
        else if (encoded.Length == raw.Length) encoded.CopyTo(raw);
        else throw new CodecException("bytes", $"found {encoded.Length} bytes, expected {raw.Length}");
    }

    /// <inheritdoc/>
    public override string ToString() => (Compressor?.Name ?? "uncompressed") + (HasChecksum ? $", {Checksum}" : "");

    private static ReadOnlySpan<byte> WithoutChecksum(ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length < ChecksumBytes) throw new CodecException(Checksum, $"found {encoded.Length} bytes, expected at least {ChecksumBytes}");
        uint stated = BinaryPrimitives.ReadUInt32LittleEndian(encoded[^ChecksumBytes..]);
        encoded = encoded[..^ChecksumBytes];
        uint found = Crc32C(encoded);
        return found == stated ? encoded : throw new CodecException(Checksum, $"the bytes have the sum {found:x8}, expected {stated:x8}");
    }

    private static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        uint sum = uint.MaxValue;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words) sum = BitOperations.Crc32C(sum, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        foreach (byte rest in bytes[(words.Length * sizeof(ulong))..]) sum = BitOperations.Crc32C(sum, rest);
        return ~sum;
    }
}
