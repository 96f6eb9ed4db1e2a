namespace ZarrFs.Host.Http.Access;

/// <summary>Who may read what.</summary>
public sealed record AccessOptions
{
    /// <summary>Whether it was said that everybody may read everything.</summary>
    public bool IsPublic { get; init; }

    /// <summary>Whether it was said that other machines may be answered without TLS.</summary>
    public bool IsInsecure { get; init; }

    /// <summary>Absolute path of the file with users and hashes of their passwords; null for none.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>Absolute path of the file with tokens, which may come to be later; null for none.</summary>
    public string? TokenFile { get; init; }

    /// <summary>Whether a caller has to say who he is.</summary>
    public bool HasRules => PasswordFile is not null || TokenFile is not null;
}
