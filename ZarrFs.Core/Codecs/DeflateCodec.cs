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

    /// <inheritdoc/>
    public override int MostEncodedBytes(int rawBytes)
    {
        // Level 1 of zlib-ng, which .NET uses, writes 9 bits for a byte in the worst case; then block headers, header and trailer.
        return checked(rawBytes + (rawBytes >> 3) + (rawBytes >> 6) + 64);
    }

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
        fixed (byte* input = encoded)
        {
            try
            {
                using var from = new UnmanagedMemoryStream(input, encoded.Length);
                using Stream decoder = Decoder(from);
                int length = decoder.ReadAtLeast(raw, raw.Length, throwOnEndOfStream: false);
                if (length != raw.Length) throw Bad(encoded, $"decode to {length}; {raw.Length} were expected");
                // It takes one read more to have the checksum looked at.
                if (decoder.ReadByte() >= 0) throw Bad(encoded, $"decode to more than the {raw.Length} that were expected");
            }
            catch (Exception e) when (e is InvalidDataException or IOException)
            {
                throw new CodecException(Name, $"{encoded.Length} bytes are damaged: {e.Message}", e);
            }
        }

        // .NET is silent about a trailer that is cut off and about bytes that follow it.
        if (encoded.Length < sizeof(uint) || !IsTrailer(encoded[^sizeof(uint)..], raw))
            throw Bad(encoded, "do not end with what belongs at the end: truncated, or followed by something else");
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

    /// <summary>Whether these are the last four bytes after this data.</summary>
    private protected abstract bool IsTrailer(ReadOnlySpan<byte> last, ReadOnlySpan<byte> raw);

    private CodecException Bad(ReadOnlySpan<byte> encoded, string what) =>
        new(Name, $"{encoded.Length} bytes {what}");
}
