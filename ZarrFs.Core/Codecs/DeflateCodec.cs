using System.IO.Compression;
using System.Text.Json;
using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Codecs;

/// <summary>What <c>gzip</c> and <c>zlib</c> have in common: .NET's Deflate in a frame that tells its end.</summary>
public abstract class DeflateCodec : Codec
{
    private protected DeflateCodec(int level)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, LeastLevel);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, MostLevel);
        Level = level;
        Options = new ZLibCompressionOptions { CompressionLevel = level };
    }

    /// <summary>zlib's name for its own choice, which numcodecs allows too.</summary>
    internal const int LeastLevel = -1;

    /// <summary>The strongest level.</summary>
    internal const int MostLevel = 9;

    /// <summary>Zarr's <c>level</c>: 0 (stored) to 9; -1 is the library's default.</summary>
    public int Level { get; }

    private protected ZLibCompressionOptions Options { get; }

    /// <summary>As <see cref="Compression.Parse"/> reads it.</summary>
    public override string ToString() => $"{Name}:{Level}";

    /// <inheritdoc/>
    public override long MostEncodedBytes(long rawBytes)
    {
        // Level 1 of zlib-ng, which .NET uses, writes 9 bits for a byte in the worst case; then block headers, header and trailer.
        return rawBytes + (rawBytes >> 3) + (rawBytes >> 6) + 64;
    }

    /// <inheritdoc/>
    public override long WorkingBytes(int rawBytes) => 1 << 20; // zlib's window and tables

    /// <inheritdoc/>
    public override unsafe int Encode(ReadOnlySpan<byte> raw, Span<byte> encoded)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(encoded.Length, MostEncodedBytes(raw.Length), nameof(encoded));
        fixed (byte* output = encoded)
        {
            using var to = new UnmanagedMemoryStream(output, 0, encoded.Length, FileAccess.Write);
            using (Stream encoder = Encoder(to)) encoder.Write(raw);
            return (int)to.Position;
        }
    }

    /// <inheritdoc/>
    public override unsafe void Decode(ReadOnlySpan<byte> encoded, Span<byte> raw)
    {
        if (encoded.IsEmpty) throw Bad(encoded, $"where {raw.Length} were to be decoded");
        fixed (byte* input = encoded)
        {
            using TwoPieces from = Pieces(input, encoded.Length);
            try
            {
                using Stream decoder = Decoder(from);
                int length = decoder.ReadAtLeast(raw, raw.Length, throwOnEndOfStream: false);
                if (length != raw.Length) throw Bad(encoded, $"decode to {length}; {raw.Length} were expected");
                if (!IsAtEnd(decoder, from))
                    throw Bad(encoded, $"do not end after what decodes to the {raw.Length} that were expected: truncated, too long, or followed by something else");
            }
            catch (Exception e) when (e is InvalidDataException or IOException)
            {
                throw new CodecException(Name, $"{encoded.Length} bytes are damaged: {e.Message}", e);
            }
        }
    }

    /// <inheritdoc/>
    public override void WriteV2(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("id", Name);
        writer.WriteNumber("level", Level);
        writer.WriteEndObject();
    }

    private protected abstract Stream Encoder(Stream to);

    private protected abstract Stream Decoder(Stream from);

    /// <summary>
    /// How the decoder gets the encoded bytes, so that it can be told where they end: .NET says nothing when the last ones are missing or
    /// others follow.
    /// </summary>
    private protected abstract unsafe TwoPieces Pieces(byte* encoded, int length);

    /// <summary>Whether all is decoded and the encoded bytes are used up. Reads on, which is also when checksums are looked at.</summary>
    private protected abstract bool IsAtEnd(Stream decoder, TwoPieces from);

    private CodecException Bad(ReadOnlySpan<byte> encoded, string what) =>
        new(Name, $"{encoded.Length} bytes {what}");
}
