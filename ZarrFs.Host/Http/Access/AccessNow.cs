using ZarrFs.Core.Tree;

namespace ZarrFs.Host.Http.Access;

/// <summary>By what a request is answered from its beginning to its end, whatever comes meanwhile.</summary>
/// <param name="Rule">Who may see what.</param>
/// <param name="Tree">All there is.</param>
internal readonly record struct AccessNow(AccessRule Rule, IFileTree Tree)
{
    /// <summary>What there is for a caller.</summary>
    public ServedContent ContentFor(Caller caller) => Rule.ContentFor(caller, Tree);
}
