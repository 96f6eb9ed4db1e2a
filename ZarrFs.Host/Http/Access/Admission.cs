namespace ZarrFs.Host.Http.Access;

/// <summary>What a <see cref="Gate"/> says: a caller and the path that is left for him, or a refusal.</summary>
/// <param name="Caller">Null if refused.</param>
/// <param name="Path">Without the token.</param>
/// <param name="Refusal">Null if admitted.</param>
internal readonly record struct Admission(Caller? Caller, string Path, FailureStatus? Refusal);
