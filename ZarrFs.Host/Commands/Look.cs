namespace ZarrFs.Host.Commands;

/// <summary>How closely <c>zarrfs info</c> looks.</summary>
internal enum Look
{
    /// <summary>At as many files as it takes to open the source.</summary>
    AtFirst,

    /// <summary>At the header of every file.</summary>
    AtHeaders,

    /// <summary>At every voxel.</summary>
    AtVoxels,
}
