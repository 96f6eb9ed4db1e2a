using System.Globalization;

namespace ZarrFs.Host.Http.S3;

/// <summary>What a listing of a bucket is asked for: ListObjectsV2, or ListObjects as older clients have it.</summary>
internal sealed record ListRequest
{
    public const int MostKeys = 1000;

    public required bool IsV2 { get; init; }

    public required string Prefix { get; init; }

    /// <summary>Whether what is in directories is summed up.</summary>
    public required bool HasDelimiter { get; init; }

    /// <summary>Whether keys are sent percent-encoded.</summary>
    public required bool IsEncoded { get; init; }

    public required bool WithOwner { get; init; }

    public required int MaxKeys { get; init; }

    /// <summary><c>marker</c> or <c>start-after</c>, as it came.</summary>
    public required string StartAfter { get; init; }

    /// <summary><c>continuation-token</c>, as it came; null without.</summary>
    public required string? Token { get; init; }

    /// <summary>Only keys beyond this one are listed.</summary>
    public required string After { get; init; }

    /// <summary>Reads the parameters; an error names the one that is wrong.</summary>
    public static S3Error? Read(S3Query query, out ListRequest request)
    {
        request = null!;
        string? type = query["list-type"];
        if (type is not (null or "2")) return S3Error.InvalidArgument($"list-type is '{type}'; 2 is there, or none");
        string delimiter = query["delimiter"] ?? "";
        if (delimiter is not ("" or "/")) return S3Error.NotImplemented($"delimiter={delimiter}");
        string encoding = query["encoding-type"] ?? "";
        if (encoding is not ("" or "url")) return S3Error.InvalidArgument($"encoding-type is '{encoding}'; 'url' is there, or none");
        int most = MostKeys;
        if (query["max-keys"] is { Length: > 0 } max && !int.TryParse(max, NumberStyles.None, CultureInfo.InvariantCulture, out most))
            return S3Error.InvalidArgument($"max-keys is '{max}'; a number from 0 is expected");
        bool isV2 = type is not null;
        string startAfter = query[isV2 ? "start-after" : "marker"] ?? "";
        string after = startAfter;
        string? token = isV2 ? query["continuation-token"] : null;
        if (token is not null && !ContinuationToken.TryRead(token, out after)) return S3Error.InvalidArgument("the continuation token is not one that was given");
        request = new ListRequest
        {
            IsV2 = isV2,
            Prefix = query["prefix"] ?? "",
            HasDelimiter = delimiter == "/",
            IsEncoded = encoding == "url",
            WithOwner = !isV2 || query["fetch-owner"] == "true",
            MaxKeys = Math.Min(most, MostKeys),
            StartAfter = startAfter,
            Token = token,
            After = after,
        };
        return null;
    }
}
