using Microsoft.AspNetCore.Http;
using ZarrFs.Core.Failures;

namespace ZarrFs.Host.Http;

/// <summary>
/// The one table from failures to HTTP. A source's trouble is never 403 or 404: viewers show those as black voxels without a word.
/// </summary>
/// <param name="Code">The status code.</param>
/// <param name="Type">The problem's kind, as RFC 9457 wants it: a URI.</param>
/// <param name="Title">The problem's kind, for people.</param>
/// <param name="Detail">What happened this time.</param>
internal sealed record FailureStatus(int Code, string Type, string Title, string Detail)
{
    /// <summary>Seconds after which asking again may help, for <c>Retry-After</c>.</summary>
    public int? RetryAfter { get; private init; }

    /// <summary>What a failure is answered with.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="isShared">Whether other machines may read it: then of a source's path only the last name is told.</param>
    public static FailureStatus Of(Exception failure, bool isShared = false) => failure switch
    {
        SourceException source when isShared => new(
            StatusCodes.Status502BadGateway, SourceFailed, "The source cannot be read",
            $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(source.Path))}: {source.Detail.Replace(source.Path, "it", StringComparison.Ordinal)}"),
        SourceException => new(StatusCodes.Status502BadGateway, SourceFailed, "The source cannot be read", failure.Message),
        OverloadException => new(StatusCodes.Status503ServiceUnavailable, "urn:zarrfs:overloaded", "Too much at once", failure.Message) { RetryAfter = 1 },
        OperationCanceledException => new(
            StatusCodes.Status503ServiceUnavailable, "urn:zarrfs:stopping", "The request was given up", "the program is stopping") { RetryAfter = 1 },
        BadHttpRequestException bad => new(bad.StatusCode, Plain, "The request is malformed", bad.Message),
        _ => new(StatusCodes.Status500InternalServerError, "urn:zarrfs:internal", "The program failed", "an unexpected error; the log has more"),
    };

    public static FailureStatus NotFound(string detail) => new(StatusCodes.Status404NotFound, Plain, "Not found", detail);

    public static FailureStatus Malformed(string detail) => new(StatusCodes.Status400BadRequest, Plain, "The request is malformed", detail);

    public static FailureStatus MethodNotAllowed(string method) =>
        new(StatusCodes.Status405MethodNotAllowed, Plain, "Method not allowed", $"{method} is not for reading; GET, HEAD and OPTIONS are");

    // RFC 9457 section 4.2.1: the status code says it all.
    private const string Plain = "about:blank";

    private const string SourceFailed = "urn:zarrfs:source-failed";
}
