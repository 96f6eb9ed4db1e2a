using System.Globalization;
using System.Text;

namespace ZarrFs.Core.Sources.Zarr;

/// <summary>How the files of an array's chunks are named, below its directory: <c>0.0.7</c>, <c>0/0/7</c>, <c>c/0/0/7</c>, <c>c.0.0.7</c>.</summary>
/// <param name="HasPrefix">True if keys begin with <c>c</c>, as the default encoding of Zarr v3 has them.</param>
/// <param name="Separator"><c>.</c> or <c>/</c>.</param>
public readonly record struct ChunkKeys(bool HasPrefix, char Separator)
{
    private const string Prefix = "c";

    /// <summary>The key of a chunk.</summary>
    /// <param name="index">Its index along each dimension of the array.</param>
    public string Of(ReadOnlySpan<long> index)
    {
        StringBuilder key = new(HasPrefix ? Prefix : "");
        foreach (long number in index)
        {
            if (key.Length > 0) key.Append(Separator);
            key.Append(CultureInfo.InvariantCulture, $"{number}");
        }

        return key.ToString();
    }

    /// <summary>The index that a key stands for; null for what is no key, as names of documents.</summary>
    /// <param name="key">The path below the array's directory, with <c>/</c> between folders.</param>
    /// <param name="dimensions">The array's number of dimensions.</param>
    public long[]? Parse(string key, int dimensions)
    {
        string[] parts = key.Split(Separator);
        if (parts.Length != dimensions + (HasPrefix ? 1 : 0) || (HasPrefix && parts[0] != Prefix)) return null;
        long[] index = new long[dimensions];
        for (int i = 0; i < dimensions; i++)
        {
            if (!long.TryParse(parts[^(dimensions - i)], NumberStyles.None, CultureInfo.InvariantCulture, out index[i])) return null;
        }

        return Of(index) == key ? index : null;
    }
}
