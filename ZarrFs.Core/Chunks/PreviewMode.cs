namespace ZarrFs.Core.Chunks;

/// <summary>When chunks of coarse levels are shown as previews.</summary>
public enum PreviewMode
{
    /// <summary>Never: every chunk is exact, however long it takes.</summary>
    Off,

    /// <summary>Where the exact chunk would cost more than the budget; it is made later, if it does not take too long.</summary>
    Auto,

    /// <summary>Always, but for chunks whose exact bytes are there.</summary>
    Only,
}
