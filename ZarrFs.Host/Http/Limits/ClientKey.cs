using Microsoft.AspNetCore.Http;
using ZarrFs.Host.Http.Access;

namespace ZarrFs.Host.Http.Limits;

/// <summary>Who counts as one client: somebody with a name, else whoever is at an address.</summary>
/// <param name="Name">A user's or a token's; null if it is not known who it is.</param>
/// <param name="Address">The same for all with a name.</param>
internal readonly record struct ClientKey(string? Name, ClientAddress Address)
{
    /// <summary>The client that a request is from.</summary>
    public static ClientKey Of(HttpContext context, Caller? caller) =>
        caller?.Name is { } name ? new ClientKey(name, default) : new ClientKey(null, ClientAddress.Of(context.Connection.RemoteIpAddress));
}
