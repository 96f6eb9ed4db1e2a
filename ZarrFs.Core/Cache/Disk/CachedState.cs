namespace ZarrFs.Core.Cache.Disk;

/// <summary>What the disk cache knows of a chunk.</summary>
public enum CachedState
{
    /// <summary>Nothing: it has to be made.</summary>
    Missing,

    /// <summary>Its bytes are in a file.</summary>
    Present,

    /// <summary>It is all fill, and has no file.</summary>
    Empty,
}
