using Microsoft.AspNetCore.Http;

namespace ZarrFs.Host.Http;

/// <summary>Whether a listing or the start page is for people or for programs.</summary>
internal static class ListingFormat
{
    /// <summary>True for <c>?format=json</c>, or if the client takes JSON and does not take HTML, as browsers do.</summary>
    public static bool IsJson(HttpRequest request, ReadOnlySpan<char> query)
    {
        foreach (Range part in query.Split('&'))
        {
            if (query[part] is "format=json") return true;
            if (query[part] is "format=html") return false;
        }

        string accept = request.Headers.Accept.ToString();
        return accept.Contains("application/json", StringComparison.OrdinalIgnoreCase)
            && !accept.Contains("text/html", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Sets what both formats have in common; a listing is small, and problems come while reading.</summary>
    public static void SetHeaders(HttpResponse response, bool isJson)
    {
        response.ContentType = isJson ? "application/json" : "text/html; charset=utf-8";
        response.Headers.CacheControl = "no-cache";
        response.Headers.Vary = "Accept, Origin";
        if (!isJson) CommonHeaders.SetPage(response.Headers, "default-src 'none'; style-src 'unsafe-inline'");
    }
}
