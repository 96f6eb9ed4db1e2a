namespace ZarrFs.Core.Materialize.Building;

/// <summary>What is known of a chunk of a store that is being written.</summary>
public enum ChunkState
{
    /// <summary>Nothing: it has to be made.</summary>
    Missing,

    /// <summary>Its file is in place and whole.</summary>
    Written,

    /// <summary>It was made and is all fill, so it has no file.</summary>
    Empty,
}
