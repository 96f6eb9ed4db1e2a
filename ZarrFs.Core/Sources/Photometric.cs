namespace ZarrFs.Core.Sources;

/// <summary>Whether samples are shown as they are meant to be seen or as they are stored.</summary>
public enum Photometric
{
    /// <summary>Min-is-white is inverted, palettes expand to red, green and blue (an ImageJ lookup table stays a display colour).</summary>
    Apply,

    /// <summary>The stored numbers, as tifffile gives them.</summary>
    Ignore,
}
