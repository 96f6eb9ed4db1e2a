using ZarrFs.Host.Http.Metering;

namespace ZarrFs.Host.Http;

/// <summary>A part of the service with names, or a protocol, of its own: asked before the tree, in turn.</summary>
internal interface IDoor
{
    /// <summary>What its requests are counted as.</summary>
    RequestKind Kind => RequestKind.Page;

    /// <summary>Answers the request if it is for this door; null, with nothing done, if it is not.</summary>
    Task? TryAnswer(in Visit visit);
}
