using System.Security.Cryptography;
using System.Text;

namespace ZarrFs.Core.Tree;

/// <summary>The metadata documents of one directory, by number and by name.</summary>
internal sealed class DocumentSet
{
    private readonly byte[][] _names;
    private readonly byte[][] _contents;
    private readonly string[] _etags;

    public DocumentSet(IReadOnlyList<(string Name, byte[] Content)> documents)
    {
        _names = [.. documents.Select(d => Encoding.UTF8.GetBytes(d.Name))];
        _contents = [.. documents.Select(d => d.Content)];
        _etags = [.. _contents.Select(content => Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8)))];
    }

    public int Count => _names.Length;

    public ReadOnlySpan<byte> Name(int index) => _names[index];

    public byte[] Content(int index) => _contents[index];

    public string ETag(int index) => _etags[index];

    /// <summary>The number of the document of this name, or -1.</summary>
    public int Find(ReadOnlySpan<byte> name)
    {
        for (int i = 0; i < _names.Length; i++)
        {
            if (name.SequenceEqual(_names[i])) return i;
        }

        return -1;
    }
}
