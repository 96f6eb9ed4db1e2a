using System.IO.Compression;
using System.Text.Json;

namespace ZarrFs.Core.Codecs;

/// <summary>Zarr v2's <c>zlib</c> (RFC 1950). Zarr v3 has no such codec.</summary>
/// <param name="level">0 (stored) to 9; -1 is the library's default.</param>
public sealed class ZlibCodec(int level) : DeflateCodec(level)
{
    internal const string Id = "zlib";

    /// <inheritdoc/>
    public override string Name => Id;

    /// <inheritdoc/>
    public override bool IsInV3 => false;

    /// <inheritdoc/>
    public override void WriteV3(Utf8JsonWriter writer) => throw new NotSupportedException("Zarr v3 has no codec zlib");

    private protected override Stream Encoder(Stream to) => new ZLibStream(to, Options, leaveOpen: true);

    private protected override Stream Decoder(Stream from) => new ZLibStream(from, CompressionMode.Decompress, leaveOpen: true);

    // The last byte by itself: it must be asked for, and nothing after it.
    private protected override unsafe TwoPieces Pieces(byte* encoded, int length) => new(encoded, length - 1, [encoded[length - 1]]);

    private protected override bool IsAtEnd(Stream decoder, TwoPieces from) => decoder.ReadByte() < 0 && from is { IsSecondAsked: true, IsMoreAsked: false };
}
