using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using ZarrFs.Core.Tree;

namespace ZarrFs.Host.Http;

/// <summary>Status and headers of a file's answer: conditions and ranges.</summary>
internal static class FileHeaders
{
    /// <summary>Says that a chunk is a preview.</summary>
    public const string Provisional = "X-ZarrFs-Provisional";

    private static readonly StringValues Json = "application/json";
    private static readonly StringValues Binary = "application/octet-stream";
    private static readonly StringValues Bytes = "bytes";
    private static readonly StringValues Yes = "1";

    // Not max-age, for chunks neither: the same URL shows another volume or view after the next start, and a browser that mixes old chunks
    // with new metadata shows wrong voxels. Asking anew is cheap: an unchanged chunk is a 304 for which nothing is computed. And a preview has to
    // be asked for anew anyhow.
    private static readonly StringValues AskAnew = "no-cache";

    /// <summary>The content type of a document or a chunk.</summary>
    public static StringValues ContentTypeOf(in Node node) => node.Kind == NodeKind.Chunk ? Binary : Json;

    /// <summary>Sets them for a document or a chunk.</summary>
    public static bool Set(HttpContext context, in Node node, in Validators validators, out ByteRange range) =>
        Set(context, ContentTypeOf(node), node.Size, validators, out range);

    /// <summary>Sets them; may be called again, with other validators, while nothing has been sent.</summary>
    /// <param name="context">A GET or HEAD, answered as it asks.</param>
    /// <param name="contentType">Of the body.</param>
    /// <param name="size">Bytes of the file.</param>
    /// <param name="validators">Those of the bytes that are to be sent.</param>
    /// <param name="range">What is to be sent.</param>
    /// <returns>False if the answer is complete without a body.</returns>
    public static bool Set(HttpContext context, in StringValues contentType, long size, in Validators validators, out ByteRange range)
    {
        IHeaderDictionary request = context.Request.Headers;
        HttpResponse response = context.Response;
        IHeaderDictionary headers = response.Headers;
        headers.ETag = validators.Tag;
        headers.LastModified = validators.Modified is { } modified ? HeaderUtilities.FormatDate(modified) : default(StringValues);
        headers.AcceptRanges = Bytes;
        headers.CacheControl = AskAnew;
        headers[Provisional] = validators.IsProvisional ? Yes : default;
        headers.ContentRange = default;
        headers.ContentType = default;
        response.ContentLength = null;
        range = new ByteRange(0, size);

        response.StatusCode = Preconditions.Status(request, validators);
        if (response.StatusCode != StatusCodes.Status200OK) return false;

        bool isHead = HttpMethods.IsHead(context.Request.Method);
        if (!isHead && request.Range.Count == 1 && Preconditions.RangeHolds(request, validators))
        {
            switch (ByteRange.Read(request.Range[0], size, out range))
            {
                case RangeVerdict.Part:
                    response.StatusCode = StatusCodes.Status206PartialContent;
                    headers.ContentRange = $"bytes {range.Start}-{range.Start + range.Length - 1}/{size}";
                    break;
                case RangeVerdict.Unsatisfiable:
                    response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
                    headers.ContentRange = $"bytes */{size}";
                    response.ContentLength = 0;
                    return false;
            }
        }

        headers.ContentType = contentType;
        response.ContentLength = range.Length;
        return !isHead && range.Length > 0;
    }
}
