namespace ZarrFs.Core.Sources;

/// <summary>What a <see cref="StackSource"/> is made of.</summary>
internal sealed record Stack
{
    /// <summary>Absolute path: what the user named.</summary>
    public required string Path { get; init; }

    /// <summary>Where the files are.</summary>
    public required string Directory { get; init; }

    /// <summary>The files, not shared with another source; their order depends on their names only.</summary>
    public required IReadOnlyList<SourceFile> Files { get; init; }

    /// <summary>Which page of which file is which plane.</summary>
    public required ImageSeries Series { get; init; }

    /// <summary>How many pages each file must have; null where the files say so themselves.</summary>
    public int? PagesPerFile { get; init; }

    /// <summary>Which of the images that the files hold.</summary>
    public int Image { get; init; }

    /// <summary>True if the first file itself, and not a companion, says what its pages are.</summary>
    public bool IsSelfDescribed { get; init; }

    /// <summary>True for a directory of slices: names, not the files themselves, say what belongs together.</summary>
    public bool IsSlices { get; init; }

    /// <summary>What is there but not shown.</summary>
    public IReadOnlyList<string> Others { get; init; } = [];

    /// <summary>Names of files in the directory that are no part of it.</summary>
    public IReadOnlyCollection<string> PassedOver { get; init; } = [];

    /// <summary>What else than the files makes the voxels what they are: part of the fingerprint.</summary>
    public string Variant { get; init; } = "";
}
