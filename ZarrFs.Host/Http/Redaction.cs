using ZarrFs.Host.Http.Access;

namespace ZarrFs.Host.Http;

/// <summary>Takes secrets out of a request's target: what is logged or told again is without them, however they are written.</summary>
internal static class Redaction
{
    private const string Gone = "...";

    /// <summary>The target with <c>...</c> for each part of the path that is a token or stands where one does, and for a query that has a token or a signature.</summary>
    public static string Of(string target)
    {
        // Nearly all targets: nothing is encoded, and there is no token's place.
        if (!target.Contains('%') && !target.Contains("t/") && !target.Contains('?') && !IsSecret(target)) return target;
        int question = target.IndexOf('?');
        string path = question < 0 ? target : target[..question], query = question < 0 ? "" : target[question..];
        string[] parts = path.Split('/');
        for (int i = 0; i < parts.Length; i++)
        {
            string part = Uri.UnescapeDataString(parts[i]);
            if (IsSecret(part) || (i > 0 && parts[i].Length > 0 && Uri.UnescapeDataString(parts[i - 1]) == "t")) parts[i] = Gone;
        }

        string told = Uri.UnescapeDataString(query);
        bool hasSecret = IsSecret(told) || told.Contains("X-Amz-", StringComparison.OrdinalIgnoreCase);
        return string.Join('/', parts) + (hasSecret ? "?" + Gone : query);
    }

    private static bool IsSecret(string text) => text.Contains(Token.Prefix, StringComparison.OrdinalIgnoreCase);
}
