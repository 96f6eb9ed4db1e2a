using System.Numerics;
using System.Text.Json;
using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Codecs;

/// <summary>Zarr's <c>zstd</c>: Zstandard frames (RFC 8878). Encodes to one frame without a checksum; decodes any, and checks what checksums there are.</summary>
public sealed class ZstdCodec : Codec
{
    internal const string Id = "zstd";

    /// <summary>The fastest level: negative ones are faster and weaker than 1.</summary>
    internal const int LeastLevel = -131072;

    /// <summary>The strongest level.</summary>
    internal const int MostLevel = 22;

    private static readonly ZstdContexts Compressing = new(compress: true);
    private static readonly ZstdContexts Decompressing = new(compress: false);

    /// <param name="level">1 to 22, or negative; 0 is the library's default.</param>
    public ZstdCodec(int level)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, LeastLevel);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, MostLevel);
        Level = level;
    }

    /// <inheritdoc/>
    public override string Name => Id;

    /// <summary>Zarr's <c>level</c>.</summary>
    public int Level { get; }

    /// <summary>As <see cref="Compression.Parse"/> reads it.</summary>
    public override string ToString() => $"{Name}:{Level}";

    /// <inheritdoc/>
    public override long MostEncodedBytes(long rawBytes)
    {
        // ZSTD_COMPRESSBOUND of zstd.h.
        const int small = 128 << 10;
        return rawBytes + (rawBytes >> 8) + (rawBytes < small ? (small - rawBytes) >> 11 : 0);
    }

    /// <inheritdoc/>
    public override long WorkingBytes(int rawBytes) => WorkingBytes(Level, rawBytes);

    /// <summary>The tables and the window of a context, by ZSTD_sizeof_CCtx of versions 1.4 to 1.5: fixed for weak levels, then growing with what is encoded.</summary>
    internal static long WorkingBytes(int level, int rawBytes)
    {
        const long mebibyte = 1 << 20;
        long strong = (17L * BitOperations.RoundUpToPowerOf2((uint)rawBytes)) + mebibyte;
        return level switch
        {
            < 0 or 1 or 2 => mebibyte,
            0 or 3 or 4 => 3 * mebibyte,
            <= 6 => 4 * mebibyte,
            <= 8 => Math.Min(strong, 7 * mebibyte),
            9 => Math.Min(strong, 14 * mebibyte),
            _ => strong,
        };
    }

    /// <inheritdoc/>
    public override void Check() => LibZstd.Check();

    /// <inheritdoc/>
    public override unsafe int Encode(ReadOnlySpan<byte> raw, Span<byte> encoded)
    {
        LibZstd.Check();
        ZstdContext context = Compressing.Take();
        try
        {
            fixed (byte* input = raw, output = encoded)
            {
                nuint length = LibZstd.Compress(context.DangerousGetHandle(), output, (nuint)encoded.Length, input, (nuint)raw.Length, Level);
                if (LibZstd.Error(length) is { } error)
                    throw new CodecException(Id, $"could not encode {raw.Length} bytes into {encoded.Length}: {error}");
                return (int)length;
            }
        }
        finally
        {
            Compressing.Keep(context);
        }
    }

    /// <inheritdoc/>
    public override unsafe void Decode(ReadOnlySpan<byte> encoded, Span<byte> raw)
    {
        LibZstd.Check();
        ZstdContext context = Decompressing.Take();
        try
        {
            fixed (byte* input = encoded, output = raw)
            {
                // Every input byte belongs to a frame, or it is an error: so much for what is cut off or comes after.
                nuint length = LibZstd.Decompress(context.DangerousGetHandle(), output, (nuint)raw.Length, input, (nuint)encoded.Length);
                if (LibZstd.Error(length) is { } error)
                    throw new CodecException(Id, $"{encoded.Length} bytes that do not decode to {raw.Length}: {error}");
                if (length != (nuint)raw.Length)
                    throw new CodecException(Id, $"{encoded.Length} bytes decode to {length}; {raw.Length} were expected");
            }
        }
        finally
        {
            Decompressing.Keep(context);
        }
    }

    /// <inheritdoc/>
    public override void WriteV2(Utf8JsonWriter writer)
    {
        // No checksum: numcodecs before 0.12 stumbles over the word.
        writer.WriteStartObject();
        writer.WriteString("id", Id);
        writer.WriteNumber("level", Level);
        writer.WriteEndObject();
    }

    /// <inheritdoc/>
    public override void WriteV3(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("name", Id);
        writer.WriteStartObject("configuration");
        writer.WriteNumber("level", Level);
        writer.WriteBoolean("checksum", false);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
