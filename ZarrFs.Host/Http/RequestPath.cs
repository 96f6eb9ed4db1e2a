using System.Text;

namespace ZarrFs.Host.Http;

/// <summary>
/// The path of a request, read from the target as it came: Kestrel's own would have dot segments resolved and bad encodings passed on.
/// </summary>
internal static class RequestPath
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Reads the target of a request (RFC 9112 section 3.2): a path, or a whole URL as proxies send it.
    /// </summary>
    /// <param name="target">As it came.</param>
    /// <param name="path">Decoded, without slashes at its ends; empty for the root directory.</param>
    /// <param name="isDirectory">True if it ended in a slash.</param>
    /// <param name="query">What followed the question mark.</param>
    public static PathVerdict Read(string target, out ReadOnlySpan<char> path, out bool isDirectory, out ReadOnlySpan<char> query)
    {
        ReadOnlySpan<char> text = target;
        int question = text.IndexOf('?');
        query = question < 0 ? default : text[(question + 1)..];
        if (question >= 0) text = text[..question];
        path = default;
        isDirectory = false;

        if (!text.StartsWith('/'))
        {
            int authority = text.IndexOf("://");
            if (authority < 0) return PathVerdict.Malformed;
            int slash = text[(authority + 3)..].IndexOf('/');
            text = slash < 0 ? "/" : text[(authority + 3 + slash)..];
        }

        // Go, and so rclone, writes one before a first name with a colon in it. RFC 3986, section 5.2.4: it is as good as not there.
        while (text.Contains("/./", StringComparison.Ordinal)) text = text.ToString().Replace("/./", "/", StringComparison.Ordinal);
        isDirectory = text.EndsWith('/');
        path = isDirectory && text.Length > 1 ? text[1..^1] : text[1..];
        if (path.Contains('%'))
        {
            string? decoded = Decode(path, out bool hasSlash);
            if (decoded is null) return PathVerdict.Malformed;
            if (hasSlash) return PathVerdict.Absent;
            path = decoded;
        }

        if (path.Contains('\0')) return PathVerdict.Malformed;
        return text.Length > 1 && !HasOnlyNames(path) ? PathVerdict.Absent : PathVerdict.Fine;
    }

    private static bool HasOnlyNames(ReadOnlySpan<char> path)
    {
        if (path.Contains('\\')) return false;
        foreach (Range part in path.Split('/'))
        {
            if (path[part] is "" or "." or "..") return false;
        }

        return true;
    }

    /// <summary>Undoes the percent encoding; null if it is broken or not UTF-8.</summary>
    public static string? Decode(ReadOnlySpan<char> encoded, out bool hasSlash)
    {
        hasSlash = false;
        byte[] bytes = new byte[Strict.GetMaxByteCount(encoded.Length)];
        int count = 0;
        while (!encoded.IsEmpty)
        {
            if (encoded[0] != '%')
            {
                int plain = encoded.IndexOf('%');
                if (plain < 0) plain = encoded.Length;
                count += Encoding.UTF8.GetBytes(encoded[..plain], bytes.AsSpan(count));
                encoded = encoded[plain..];
                continue;
            }

            if (encoded.Length < 3 || !char.IsAsciiHexDigit(encoded[1]) || !char.IsAsciiHexDigit(encoded[2])) return null;
            bytes[count] = (byte)((Convert.FromHexString(encoded[1..3]))[0]);
            hasSlash |= bytes[count++] == '/';
            encoded = encoded[3..];
        }

        try
        {
            return Strict.GetString(bytes, 0, count);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}

/// <summary>What became of a request's path.</summary>
internal enum PathVerdict
{
    /// <summary>It may name a node.</summary>
    Fine,

    /// <summary>It is well-formed and names nothing: ways up, empty names, slashes in disguise.</summary>
    Absent,

    /// <summary>It is no path at all: a broken escape, not UTF-8, a NUL.</summary>
    Malformed,
}
