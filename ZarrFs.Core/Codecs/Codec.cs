using System.Text.Json;

namespace ZarrFs.Core.Codecs;

/// <summary>
/// A bytes-to-bytes codec of Zarr, with its configuration: safe from any thread, and the same bytes in give the same bytes out, whatever
/// the machine's number of cores.
/// </summary>
public abstract class Codec
{
    /// <summary>Its name in Zarr: <c>blosc</c>, <c>zstd</c>, <c>gzip</c>, <c>zlib</c>.</summary>
    public abstract string Name { get; }

    /// <summary>False if Zarr v3 does not have it, and <see cref="WriteV3"/> is impossible.</summary>
    public virtual bool IsInV3 => true;

    /// <summary>Most bytes that <see cref="Encode"/> makes of so many; of almost 2 GiB that may be more than an array can hold.</summary>
    public abstract long MostEncodedBytes(long rawBytes);

    /// <summary>Finds out before anything is written whether <see cref="Encode"/> is possible here.</summary>
    /// <exception cref="Failures.CodecException">The library is missing, or was built without what it takes; says what to install.</exception>
    public virtual void Check()
    {
    }

    /// <summary>Bytes of memory outside of the spans that each thread in <see cref="Encode"/> takes at most; decoding takes less.</summary>
    public abstract long WorkingBytes(int rawBytes);

    /// <summary>Encodes; one thread's work. Returns the bytes written at the start of <paramref name="encoded"/>.</summary>
    /// <param name="raw">What to encode.</param>
    /// <param name="encoded">At least <see cref="MostEncodedBytes"/>.</param>
    /// <exception cref="Failures.CodecException">The library is missing or refuses.</exception>
    public abstract int Encode(ReadOnlySpan<byte> raw, Span<byte> encoded);

    /// <summary>Decodes exactly as many bytes as <paramref name="raw"/> has; what decodes to fewer or more is an error, never a crash.</summary>
    /// <exception cref="Failures.CodecException">The bytes are damaged, or the library is missing.</exception>
    public abstract void Decode(ReadOnlySpan<byte> encoded, Span<byte> raw);

    /// <summary>Writes the value of <c>.zarray</c>'s <c>compressor</c>, as numcodecs writes it.</summary>
    public abstract void WriteV2(Utf8JsonWriter writer);

    /// <summary>Writes its entry in a v3 array's <c>codecs</c>. <c>zlib</c> has none there.</summary>
    /// <exception cref="NotSupportedException">Zarr v3 does not have this codec; options are checked before it comes to this.</exception>
    public abstract void WriteV3(Utf8JsonWriter writer);
}
