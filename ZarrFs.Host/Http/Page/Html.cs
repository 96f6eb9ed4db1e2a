using System.Globalization;
using System.Net;

namespace ZarrFs.Host.Http.Page;

/// <summary>Pieces of HTML that several parts of the page have.</summary>
internal static class Html
{
    /// <summary>Text as it may stand between tags and in quotes.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);

    /// <summary>A number as people read it: <c>14,376</c>.</summary>
    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A bar, with its meaning in words for who does not see it.</summary>
    /// <param name="share">0 to 1.</param>
    /// <param name="label">What of what.</param>
    public static string Bar(double share, string label) => string.Create(
        CultureInfo.InvariantCulture, $"<progress value=\"{share:0.####}\" max=\"1\" aria-label=\"{Text(label)}\">{BuildWords.Percent(share)}</progress>");
}
