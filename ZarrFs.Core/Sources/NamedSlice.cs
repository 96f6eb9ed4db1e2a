namespace ZarrFs.Core.Sources;

/// <summary>What a file's name says of its place; null where it says nothing of an axis.</summary>
/// <param name="File">The file.</param>
/// <param name="T">Time point as it is written.</param>
/// <param name="C">Channel as it is written.</param>
/// <param name="Z">Plane as it is written.</param>
internal readonly record struct NamedSlice(SourceFile File, string? T, string? C, string? Z)
{
    /// <summary>Name of the channel for people, where it is more than a number.</summary>
    public string? Channel { get; init; }

    /// <summary>The file's name is z and nothing else: z is that number, as in a directory of numbered slices.</summary>
    public bool IsNumbered { get; init; }
}
