namespace ZarrFs.Core.Tiff;

/// <summary>What a page is to the other pages of its file: NewSubfileType.</summary>
internal enum PageKind
{
    /// <summary>An image of its own.</summary>
    Full,

    /// <summary>A smaller copy of another page (bit 0).</summary>
    Reduced,

    /// <summary>A transparency mask for another page (bit 2).</summary>
    Mask,
}
