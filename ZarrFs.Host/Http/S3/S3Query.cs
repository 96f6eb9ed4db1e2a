using System.Text;

namespace ZarrFs.Host.Http.S3;

/// <summary>The parameters behind a question mark, decoded.</summary>
internal sealed class S3Query
{
    private readonly List<(string Name, string Value)> _all = [];

    private S3Query()
    {
    }

    /// <summary>In the order in which they came.</summary>
    public IReadOnlyList<(string Name, string Value)> All => _all;

    /// <summary>The first value of a parameter; null if it is not there.</summary>
    public string? this[string name]
    {
        get
        {
            foreach ((string candidate, string value) in _all)
            {
                if (candidate == name) return value;
            }

            return null;
        }
    }

    /// <summary>Reads them; false if an escape is broken or is not UTF-8.</summary>
    public static bool TryRead(ReadOnlySpan<char> query, out S3Query parameters)
    {
        parameters = new S3Query();
        foreach (Range part in query.Split('&'))
        {
            ReadOnlySpan<char> pair = query[part];
            if (pair.IsEmpty) continue;
            int equals = pair.IndexOf('=');
            string? name = Decode(equals < 0 ? pair : pair[..equals]);
            string? value = equals < 0 ? "" : Decode(pair[(equals + 1)..]);
            if (name is null || value is null) return false;
            parameters._all.Add((name, value));
        }

        return true;
    }

    /// <summary>As it is signed: sorted, in one way of encoding, without the signature itself.</summary>
    public string Canonical()
    {
        IEnumerable<(string Name, string Value)> encoded = _all
            .Where(pair => pair.Name != "X-Amz-Signature")
            .Select(pair => (Uri.EscapeDataString(pair.Name), Uri.EscapeDataString(pair.Value)))
            .OrderBy(pair => pair.Item1, StringComparer.Ordinal).ThenBy(pair => pair.Item2, StringComparer.Ordinal);
        return new StringBuilder().AppendJoin('&', encoded.Select(pair => $"{pair.Name}={pair.Value}")).ToString();
    }

    // In a query, a plus is a space.
    private static string? Decode(ReadOnlySpan<char> text)
    {
        Span<char> spaced = text.Length <= 1024 ? stackalloc char[text.Length] : new char[text.Length];
        text.Replace(spaced, '+', ' ');
        return RequestPath.Decode(spaced, out _);
    }
}
