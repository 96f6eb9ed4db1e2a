namespace ZarrFs.Host.Http.Metering;

/// <summary>What a request was for, as it is counted.</summary>
internal enum RequestKind
{
    /// <summary>What no other kind is: refused, malformed, of no name.</summary>
    Other,

    /// <summary>A chunk of the tree.</summary>
    Chunk,

    /// <summary>A metadata document of the tree.</summary>
    Document,

    /// <summary>A directory's listing.</summary>
    Listing,

    /// <summary>The start page, its parts, the viewer, and what monitors ask.</summary>
    Page,

    /// <summary>A picture of a volume.</summary>
    Picture,

    /// <summary>WebDAV.</summary>
    Dav,

    /// <summary>S3.</summary>
    S3,
}
