namespace ZarrFs.Core.Materialize.Stores;

/// <summary>When what was written is forced to the disk. In every case a run that ends early, also by a power failure, can be continued.</summary>
public enum Durability
{
    /// <summary>Like <c>cp</c>: the system writes it out when it likes. A power failure soon after the end may cost chunks.</summary>
    None,

    /// <summary>Everything is on the disk before the metadata are put in place.</summary>
    End,

    /// <summary>Each chunk is on the disk before it gets its name. Slow.</summary>
    Each,
}
