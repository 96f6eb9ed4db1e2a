namespace ZarrFs.Core.Sources.Changes;

/// <summary>What has become of a file.</summary>
public enum SourceChangeKind
{
    /// <summary>It has another size or time, or was seen to have had.</summary>
    Changed,

    /// <summary>It is not there any more.</summary>
    Gone,

    /// <summary>It is there again.</summary>
    Back,
}
