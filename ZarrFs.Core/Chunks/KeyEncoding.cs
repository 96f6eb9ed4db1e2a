using System.Globalization;
using System.Text;

namespace ZarrFs.Core.Chunks;

/// <summary>How the files of an array's chunks are named below its directory, in one way each: <c>0.0.7</c>, <c>0/0/7</c>, <c>c/0/0/7</c>, <c>c.0.0.7</c>.</summary>
/// <param name="HasPrefix">True if keys begin with <c>c</c>, as the default encoding of Zarr v3 has them.</param>
/// <param name="Separator"><c>.</c> or <c>/</c>.</param>
internal readonly record struct KeyEncoding(bool HasPrefix, char Separator)
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
    public long[]? Parse(ReadOnlySpan<char> key, int dimensions)
    {
        if (HasPrefix)
        {
            if (key.Length < 2 || !key.StartsWith(Prefix) || key[1] != Separator) return null;
            key = key[2..];
        }

        long[] index = new long[dimensions];
        int dimension = 0;
        foreach (Range range in key.Split(Separator))
        {
            ReadOnlySpan<char> part = key[range];
            bool isIndex = dimension < dimensions && (part.Length == 1 || !part.StartsWith("0"))
                && long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out index[dimension]);
            if (!isIndex) return null;
            dimension++;
        }

        return dimension == dimensions ? index : null;
    }
}
