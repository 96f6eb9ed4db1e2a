using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace ZarrFs.Host.Http.Viewer;

/// <summary>Which codings of a body a client takes (RFC 9110 section 12.5.3).</summary>
internal static class ContentCoding
{
    /// <summary>Whether an Accept-Encoding header names a coding, and not in order to refuse it. <c>*</c> counts as nothing: who says only that gets the file as it is.</summary>
    public static bool IsAccepted(StringValues header, string coding)
    {
        foreach (string? line in header)
        {
            foreach (Range element in line.AsSpan().Split(','))
            {
                ReadOnlySpan<char> text = line.AsSpan()[element];
                int semicolon = text.IndexOf(';');
                ReadOnlySpan<char> name = (semicolon < 0 ? text : text[..semicolon]).Trim(" \t");
                if (!name.Equals(coding, StringComparison.OrdinalIgnoreCase)) continue;
                return semicolon < 0 || IsAboveZero(text[(semicolon + 1)..].Trim(" \t"));
            }
        }

        return false;
    }

    private static bool IsAboveZero(ReadOnlySpan<char> weight) =>
        weight.StartsWith("q=", StringComparison.OrdinalIgnoreCase)
        && double.TryParse(weight[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value > 0;
}
