namespace ZarrFs.Core.Scratch;

/// <summary>What is known of a chunk's place in a scratch file.</summary>
internal enum SlotState
{
    /// <summary>Nothing; its bytes in the file read as zero.</summary>
    Empty,

    /// <summary>Somebody is writing it.</summary>
    Writing,

    /// <summary>Left half written; to be erased before it is written again.</summary>
    Dirty,

    /// <summary>The chunk's bytes are there.</summary>
    Present,

    /// <summary>The chunk is all zero, whatever its bytes in the file.</summary>
    Zero,
}
