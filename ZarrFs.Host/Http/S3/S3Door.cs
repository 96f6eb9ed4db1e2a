using Microsoft.AspNetCore.Http;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Http.Access;
using ZarrFs.Host.Http.Limits;
using ZarrFs.Host.Http.Metering;

namespace ZarrFs.Host.Http.S3;

/// <summary>
/// S3 to read, path style, under <c>/s3</c>: one bucket with everything in it, whose keys are the paths that GET has. So a volume may be called what it
/// likes, where a bucket may not, and <c>s3://zarrfs/NAME.zarr</c> ends as readers of Zarr expect.
/// </summary>
/// <param name="files">Sends objects.</param>
/// <param name="turns">For the time that a listing takes to be made.</param>
internal sealed class S3Door(FileSender files, PageTurns turns) : IDoor
{
    public const string Bucket = "zarrfs";

    /// <summary>Where it is.</summary>
    public const string Path = "/" + Root;

    private const string Root = "s3";
    private const string Region = "us-east-1";

    // What clients ask of a bucket or an object besides its content.
    private static readonly HashSet<string> Absent =
    [
        "accelerate", "acl", "analytics", "attributes", "cors", "encryption", "intelligent-tiering", "inventory", "legal-hold", "lifecycle", "logging", "metrics",
        "notification", "object-lock", "ownershipControls", "policy", "policyStatus", "publicAccessBlock", "replication", "requestPayment", "restore", "retention",
        "select", "tagging", "torrent", "uploadId", "uploads", "versionId", "versions", "website",
    ];

    /// <summary>Sets what all answers have.</summary>
    public static void SetHeaders(HttpContext context)
    {
        context.Response.Headers["x-amz-request-id"] = context.TraceIdentifier;
        context.Response.Headers["x-amz-bucket-region"] = Region;
    }

    public RequestKind Kind => RequestKind.S3;

    public Task? TryAnswer(in Visit visit)
    {
        ReadOnlySpan<char> path = visit.Path;
        if (!path.StartsWith(Root) || (path.Length > Root.Length && path[Root.Length] != '/') || HttpMethods.IsOptions(visit.Method)) return null;
        HttpContext context = visit.Context;
        SetHeaders(context);
        if (!visit.IsRead) return S3Documents.WriteErrorAsync(context, S3Error.MethodNotAllowed);
        if (!S3Query.TryRead(visit.Query, out S3Query query)) return S3Documents.WriteErrorAsync(context, S3Error.InvalidUri);

        if (!ReferenceEquals(visit.Caller, Caller.Nobody)) return RouteAsync(context, visit.Content, visit.Caller, path, visit.IsDirectory, query);
        if (visit.Access.Rule.Signatures is not { } signatures) return S3Documents.WriteErrorAsync(context, S3Error.AccessDenied);
        return signatures.Check(context.Request.Method, Visit.RawTargetOf(context), query, context.Request.Headers, out Caller? caller) is { } refusal
            ? RefuseAsync(context, signatures, refusal)
            : RouteAsync(context, visit.Access.ContentFor(caller!), caller!, path, visit.IsDirectory, query);
    }

    private static async Task RefuseAsync(HttpContext context, SignatureCheck signatures, S3Error refusal) =>
        await S3Documents.WriteErrorAsync(context, await signatures.RefuseAsync(context, refusal));

    private Task RouteAsync(HttpContext context, ServedContent seen, Caller caller, ReadOnlySpan<char> path, bool isDirectory, S3Query query)
    {
        path = path.Length > Root.Length ? path[(Root.Length + 1)..] : "";
        int slash = path.IndexOf('/');
        ReadOnlySpan<char> bucket = slash < 0 ? path : path[..slash];
        ReadOnlySpan<char> key = slash < 0 ? "" : path[(slash + 1)..];
        if (bucket.IsEmpty) return ServiceAsync(context, seen, caller, query);
        if (bucket is not Bucket) return S3Documents.WriteErrorAsync(context, S3Error.NoSuchBucket);
        foreach ((string name, string value) in query.All)
        {
            if (Absent.Contains(name) && (name, value) is not ("versionId", "null")) return S3Documents.WriteErrorAsync(context, S3Error.NotImplemented(name));
        }

        if (key.IsEmpty) return BucketAsync(context, seen, caller, query);
        return isDirectory || !seen.Tree.TryResolve(key, out Node node) || node.IsDirectory
            ? S3Documents.WriteErrorAsync(context, S3Error.NoSuchKey)
            : ObjectAsync(context, node, caller, seen.IsShared);
    }

    private Task ServiceAsync(HttpContext context, ServedContent seen, Caller caller, S3Query query)
    {
        if (query["list-type"] is null)
        {
            seen.Tree.TryGet(NodeId.Root, out Node root);
            return S3Documents.WriteBucketsAsync(context, root.Modified);
        }

        // Neuroglancer takes the first name of a path for the bucket, thus "s3", and "zarrfs/" for the beginning of the keys.
        if (ListRequest.Read(query, out ListRequest request) is { } error) return S3Documents.WriteErrorAsync(context, error);
        const string Before = Bucket + "/";
        return request.Prefix.StartsWith(Before, StringComparison.Ordinal)
            ? ListAsync(context, seen, caller, request with { Prefix = request.Prefix[Before.Length..] }, Root, Before)
            : S3Documents.WriteErrorAsync(context, S3Error.NoSuchBucket);
    }

    private Task BucketAsync(HttpContext context, ServedContent seen, Caller caller, S3Query query)
    {
        if (HttpMethods.IsHead(context.Request.Method)) return Task.CompletedTask;
        if (query["location"] is not null) return S3Documents.WriteEmptyAsync(context, "LocationConstraint");
        if (query["versioning"] is not null) return S3Documents.WriteEmptyAsync(context, "VersioningConfiguration");
        return ListRequest.Read(query, out ListRequest request) is { } error
            ? S3Documents.WriteErrorAsync(context, error)
            : ListAsync(context, seen, caller, request, Bucket, before: "");
    }

    private async Task ListAsync(HttpContext context, ServedContent seen, Caller caller, ListRequest request, string bucket, string before)
    {
        try
        {
            using PageTurn turn = await turns.EnterAsync(context, caller);
            await S3Documents.WriteListAsync(context, seen, request, bucket, before, turn);
        }
        catch (OverloadException failure) when (!context.Response.HasStarted)
        {
            await S3Documents.WriteErrorAsync(context, S3Error.Of(FailureStatus.Of(failure)));
        }
    }

    private async Task ObjectAsync(HttpContext context, Node node, Caller caller, bool isShared)
    {
        HttpResponse response = context.Response;

        // Clients rely on a date, also where the bytes may change while it stays: there no condition on it is ever taken for met.
        response.OnStarting(SetDateAsync, (response, node.Modified));
        try
        {
            await files.SendAsync(context, node, caller);
        }
        catch (Exception failure) when (failure is SourceException or OverloadException && !response.HasStarted)
        {
            await S3Documents.WriteErrorAsync(context, S3Error.Of(FailureStatus.Of(failure, isShared)));
        }

        if (response.HasStarted) return;
        switch (response.StatusCode)
        {
            case StatusCodes.Status412PreconditionFailed:
                await S3Documents.WriteErrorAsync(context, S3Error.PreconditionFailed);
                break;
            case StatusCodes.Status416RangeNotSatisfiable:
                await S3Documents.WriteErrorAsync(context, S3Error.InvalidRange);
                break;
        }
    }

    private static Task SetDateAsync(object state)
    {
        (HttpResponse response, DateTimeOffset modified) = ((HttpResponse, DateTimeOffset))state;
        if (response.StatusCode < StatusCodes.Status400BadRequest && response.Headers.LastModified.Count == 0)
            response.Headers.LastModified = modified.UtcDateTime.ToString("r");
        return Task.CompletedTask;
    }
}
