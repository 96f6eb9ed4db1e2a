using System.IO.Compression;
using System.Text.Json;

namespace ZarrFs.Core.Codecs;

/// <summary>
/// Zarr's <c>gzip</c>: encodes to one member (RFC 1952) without name and time, so that the same voxels are the same bytes on any day;
/// decodes several too.
/// </summary>
/// <param name="level">0 (stored) to 9; -1 is the library's default.</param>
public sealed class GzipCodec(int level) : DeflateCodec(level)
{
    internal const string Id = "gzip";

    private static readonly byte[] EndMember = EncodeEnd();

    private static ReadOnlySpan<byte> End => "the end of a chunk"u8;

    /// <inheritdoc/>
    public override string Name => Id;

    /// <inheritdoc/>
    public override void WriteV3(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("name", Id);
        writer.WriteStartObject("configuration");
        writer.WriteNumber("level", Level);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private protected override Stream Encoder(Stream to) => new GZipStream(to, Options, leaveOpen: true);

    private protected override Stream Decoder(Stream from) => new GZipStream(from, CompressionMode.Decompress, leaveOpen: true);

    // A member may follow a member, so the decoder reads on. Only where the last one ends at the last byte is this one found.
    private protected override unsafe TwoPieces Pieces(byte* encoded, int length) => new(encoded, length, EndMember);

    private protected override bool IsAtEnd(Stream decoder, TwoPieces from)
    {
        Span<byte> rest = stackalloc byte[End.Length + 1];
        return rest[..decoder.ReadAtLeast(rest, rest.Length, throwOnEndOfStream: false)].SequenceEqual(End);
    }

    private static byte[] EncodeEnd()
    {
        using var to = new MemoryStream();
        using (var encoder = new GZipStream(to, CompressionMode.Compress)) encoder.Write(End);
        return to.ToArray();
    }
}
