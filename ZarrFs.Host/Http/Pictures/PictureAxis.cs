namespace ZarrFs.Host.Http.Pictures;

/// <summary>The axis that a slice stands across.</summary>
internal enum PictureAxis
{
    /// <summary>x to the right, y down.</summary>
    Z,

    /// <summary>x to the right, z down.</summary>
    Y,

    /// <summary>z to the right, y down.</summary>
    X,
}
