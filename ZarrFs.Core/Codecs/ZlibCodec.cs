using System.Buffers.Binary;
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

    private protected override bool IsTrailer(ReadOnlySpan<byte> last, ReadOnlySpan<byte> raw) =>
        BinaryPrimitives.ReadUInt32BigEndian(last) == Adler32(raw);

    /// <summary>RFC 1950, section 9.</summary>
    private static uint Adler32(ReadOnlySpan<byte> bytes)
    {
        const uint modulus = 65521;
        const int mostUnreduced = 5552; // more could overflow 32 bits
        uint sum = 1, sums = 0;
        while (!bytes.IsEmpty)
        {
            ReadOnlySpan<byte> part = bytes[..Math.Min(bytes.Length, mostUnreduced)];
            foreach (byte value in part)
            {
                sum += value;
                sums += sum;
            }

            sum %= modulus;
            sums %= modulus;
            bytes = bytes[part.Length..];
        }

        return (sums << 16) | sum;
    }
}
