using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
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

    /// <summary>Ways to say who one is, for <c>WWW-Authenticate</c>.</summary>
    public StringValues Challenges { get; private init; }

    /// <summary>What a failure is answered with.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="isShared">Whether other machines, or pages of other origins, may read it: then of a source's path only the last name is told.</param>
    public static FailureStatus Of(Exception failure, bool isShared = false) => failure switch
    {
        NotShownException => NotFound("there is nothing of this name any more"),
        SourceException source when isShared => new(
            StatusCodes.Status502BadGateway, SourceFailed, "The source cannot be read",
            $"{DirectoryRedaction.LastName(source.Path)}: {new DirectoryRedaction(source.Path).Of(source.Detail)}"),
        SourceException => new(StatusCodes.Status502BadGateway, SourceFailed, "The source cannot be read", failure.Message),
        OverloadException => Overloaded(failure.Message),
        OperationCanceledException => new(
            StatusCodes.Status503ServiceUnavailable, "urn:zarrfs:stopping", "The request was given up", "the program is stopping") { RetryAfter = 1 },
        BadHttpRequestException bad => new(bad.StatusCode, Plain, "The request is malformed", bad.Message),
        _ => new(StatusCodes.Status500InternalServerError, "urn:zarrfs:internal", "The program failed", "an unexpected error; the log has more"),
    };

    /// <summary>One client has asked for too much in a short time.</summary>
    public static FailureStatus TooManyRequests { get; } =
        new(StatusCodes.Status429TooManyRequests, Plain, "Too many requests", "more requests a second than one client may have (--max-rate)") { RetryAfter = 1 };

    public static FailureStatus NotFound(string detail) => new(StatusCodes.Status404NotFound, Plain, "Not found", detail);

    public static FailureStatus Malformed(string detail) => new(StatusCodes.Status400BadRequest, Plain, "The request is malformed", detail);

    public static FailureStatus MethodNotAllowed(string method) =>
        new(StatusCodes.Status405MethodNotAllowed, Plain, "Method not allowed", $"{method} is not for reading; GET, HEAD, OPTIONS and PROPFIND are");

    public static FailureStatus Unauthorized(in StringValues challenges) =>
        new(StatusCodes.Status401Unauthorized, Plain, "Unauthorized", "a user and password, or a token, is needed; what was given, if anything, is not good, or no longer") { Challenges = challenges };

    public static FailureStatus TooManyAttempts(int seconds) =>
        new(StatusCodes.Status429TooManyRequests, Plain, "Too many failed attempts", $"wrong passwords or tokens came from this address; come again in {seconds} s") { RetryAfter = seconds };

    public static FailureStatus Overloaded(string detail) =>
        new(StatusCodes.Status503ServiceUnavailable, "urn:zarrfs:overloaded", "Too much at once", detail) { RetryAfter = 1 };

    // RFC 9457 section 4.2.1: the status code says it all.
    private const string Plain = "about:blank";

    private const string SourceFailed = "urn:zarrfs:source-failed";
}
