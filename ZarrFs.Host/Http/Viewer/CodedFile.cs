using System.Security.Cryptography;

namespace ZarrFs.Host.Http.Viewer;

/// <summary>A file in one content coding; kept in memory once somebody has asked for it.</summary>
/// <param name="path">Where it is.</param>
/// <param name="coding"><c>gzip</c>, <c>br</c>; null for the file as it is.</param>
internal sealed class CodedFile(string path, string? coding)
{
    // A failure to read is not kept: the next request tries again.
    private readonly Lazy<(ReadOnlyMemory<byte>, string)> _content = new(() => Read(path), LazyThreadSafetyMode.PublicationOnly);

    public string? Coding => coding;

    /// <summary>Its bytes, and their entity tag: other bytes, as after an upgrade or in another coding, have another.</summary>
    public (ReadOnlyMemory<byte> Bytes, string Tag) Content => _content.Value;

    private static (ReadOnlyMemory<byte>, string) Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        return (bytes, $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 12))}\"");
    }
}
