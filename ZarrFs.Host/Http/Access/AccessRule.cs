using System.Runtime.CompilerServices;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Http.S3;

namespace ZarrFs.Host.Http.Access;

/// <summary>Who may see what, as the options say it; another takes its place when they say something else.</summary>
internal sealed class AccessRule
{
    private readonly ServedContent _content;
    private readonly ContentNow _whole;
    private readonly ConditionalWeakTable<IReadOnlySet<string>, ContentNow> _parts = [];

    /// <param name="options">What was said.</param>
    /// <param name="content">What there is, with the tree as it changes.</param>
    /// <param name="gate">Finds out who asks; null where everybody may see everything.</param>
    /// <param name="time">By what signatures end.</param>
    public AccessRule(AccessOptions options, ServedContent content, Gate? gate, TimeProvider time)
    {
        Options = options;
        Gate = gate;
        Signatures = gate is null ? null : new SignatureCheck(gate, time);
        _content = content.IsShared ? content.WithoutDirectories() : content;
        _whole = new ContentNow(_content, Caller.Anyone);
    }

    /// <summary>What was said.</summary>
    public AccessOptions Options { get; }

    /// <summary>Finds out who asks; null where everybody may see everything.</summary>
    public Gate? Gate { get; }

    /// <summary>Finds out who has signed a request; null where nobody has to.</summary>
    public SignatureCheck? Signatures { get; }

    /// <summary>Whether others than the machine's own users are answered.</summary>
    public bool IsShared => _content.IsShared;

    /// <summary>What there is for a caller, made once for each set of volumes: the sets live as long as the entry in the file that they come from.</summary>
    public ServedContent ContentFor(Caller caller, IFileTree tree) =>
        (caller.Volumes is { } volumes ? _parts.GetValue(volumes, _ => new ContentNow(_content, caller)) : _whole).With(tree);

    /// <summary>In words, for the log.</summary>
    public override string ToString()
    {
        if (Options.IsPublic) return "everybody may read everything";
        if (!Options.HasRules) return "whoever is logged in on this machine may read everything";
        string passwords = Options.PasswordFile is { } users ? $"the passwords in {users}" : "", tokens = Options.TokenFile is { } file ? $"the tokens in {file}" : "";
        return $"{passwords}{(passwords.Length > 0 && tokens.Length > 0 ? " and " : "")}{tokens} say who may read what";
    }
}
