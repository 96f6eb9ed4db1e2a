using Microsoft.AspNetCore.Http;

namespace ZarrFs.Host.Http.S3;

/// <summary>An error in the words of S3, by which its clients tell what to do.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">S3's word for it.</param>
/// <param name="Message">For people.</param>
internal sealed record S3Error(int Status, string Code, string Message)
{
    /// <summary>Seconds after which asking again may help, for <c>Retry-After</c>.</summary>
    public int? RetryAfter { get; private init; }

    public static readonly S3Error AccessDenied = new(
        StatusCodes.Status403Forbidden, "AccessDenied", "sign the request with a key that `zarrfs token create --s3` has made, or put a token into the path: /t/TOKEN/s3/");

    public static readonly S3Error NoSuchKey = new(StatusCodes.Status404NotFound, "NoSuchKey", "there is nothing of this name");

    public static readonly S3Error NoSuchBucket = new(
        StatusCodes.Status404NotFound, "NoSuchBucket", $"there is one bucket, '{S3Door.Bucket}'; the volumes are directories in it");

    public static readonly S3Error MethodNotAllowed = new(StatusCodes.Status405MethodNotAllowed, "MethodNotAllowed", "the bucket is read-only; GET and HEAD are there");

    public static readonly S3Error PreconditionFailed = new(StatusCodes.Status412PreconditionFailed, "PreconditionFailed", "the object is not as the request says");

    public static readonly S3Error InvalidRange = new(StatusCodes.Status416RangeNotSatisfiable, "InvalidRange", "the object ends before the range begins");

    public static readonly S3Error InvalidUri = new(StatusCodes.Status400BadRequest, "InvalidURI", "the encoding of the query is broken");

    public static readonly S3Error UnknownAccessKey = new(
        StatusCodes.Status403Forbidden, "InvalidAccessKeyId", "the access key is unknown, revoked or expired");

    public static readonly S3Error WrongSignature = new(
        StatusCodes.Status403Forbidden, "SignatureDoesNotMatch", "the signature is not that of this request and this key's secret");

    public static readonly S3Error Expired = new(StatusCodes.Status403Forbidden, "AccessDenied", "the signed address has expired");

    public static readonly S3Error Skewed = new(
        StatusCodes.Status403Forbidden, "RequestTimeTooSkewed", "the clocks of client and server are more than 15 minutes apart");

    public static S3Error NotImplemented(string name) =>
        new(StatusCodes.Status501NotImplemented, "NotImplemented", $"'{name}' is not there; listing and reading are");

    public static S3Error InvalidArgument(string problem) => new(StatusCodes.Status400BadRequest, "InvalidArgument", problem);

    public static S3Error MalformedAuthorization(string problem) => new(StatusCodes.Status400BadRequest, "AuthorizationHeaderMalformed", problem);

    /// <summary>Too much at once, or too often: 503 is all that clients of S3 know for it.</summary>
    public static S3Error SlowDown(FailureStatus failure) => new(StatusCodes.Status503ServiceUnavailable, "SlowDown", failure.Detail) { RetryAfter = failure.RetryAfter };

    /// <summary>What a failure is called here.</summary>
    public static S3Error Of(FailureStatus failure) => failure switch
    {
        { RetryAfter: not null } => SlowDown(failure),
        { Code: StatusCodes.Status404NotFound } => NoSuchKey,
        _ => new(failure.Code, "InternalError", failure.Detail),
    };
}
