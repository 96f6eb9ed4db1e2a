namespace ZarrFs.Core.Failures;

/// <summary>Bytes that a codec cannot decode, or a codec whose library is missing. Names the codec; whoever knows the chunk's file wraps it.</summary>
public sealed class CodecException : Exception
{
    /// <param name="codec">The codec's name in Zarr: <c>blosc</c>.</param>
    /// <param name="message">What was found and what was expected; the codec's name is put before it.</param>
    /// <param name="inner">The cause, if there is one.</param>
    public CodecException(string codec, string message, Exception? inner = null)
        : base($"{codec}: {message}", inner) => Codec = codec;

    /// <summary>The codec's name in Zarr.</summary>
    public string Codec { get; }
}
