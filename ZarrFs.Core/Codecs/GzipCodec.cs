using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json;

namespace ZarrFs.Core.Codecs;

/// <summary>Zarr's <c>gzip</c>: one member (RFC 1952) without name and time, so that the same voxels are the same bytes on any day.</summary>
/// <param name="level">0 (stored) to 9; -1 is the library's default.</param>
public sealed class GzipCodec(int level) : DeflateCodec(level)
{
    internal const string Id = "gzip";

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

    // The length; the checksum before it has been compared by then.
    private protected override bool IsTrailer(ReadOnlySpan<byte> last, ReadOnlySpan<byte> raw) =>
        BinaryPrimitives.ReadUInt32LittleEndian(last) == (uint)raw.Length;
}
