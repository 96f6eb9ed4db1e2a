using System.Collections.Frozen;

namespace ZarrFs.Host.Http.Access;

/// <summary>Whose request it is, and what he may see.</summary>
/// <param name="Name">For logs: a user's name or a token's number, never the token; null for nobody in particular.</param>
/// <param name="Volumes">Names of the volumes that he may see; null for all.</param>
/// <param name="BasePath">What stands before the path in links that are to work for him: <c>/t/TOKEN</c>, or nothing.</param>
internal sealed record Caller(string? Name, IReadOnlySet<string>? Volumes, string BasePath = "")
{
    /// <summary>Somebody who need not say who he is.</summary>
    public static readonly Caller Anyone = new(null, null);

    /// <summary>Somebody who has not said who he is, though he should: he sees no volume. A door with a way of its own to ask, a signature, may let him in.</summary>
    public static readonly Caller Nobody = new(null, FrozenSet<string>.Empty);

    /// <summary>Whether a volume of this name is there for him.</summary>
    public bool MaySee(string volume) => Volumes is null || Volumes.Contains(volume);
}
