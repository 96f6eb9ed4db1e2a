namespace ZarrFs.Core.Materialize.Stores;

/// <summary>What kind of store is written.</summary>
public enum StoreFormat
{
    /// <summary>Zarr v2 with OME-Zarr 0.4: the virtual <c>NAME.zarr</c>. Axes z, y, x of one channel and time point.</summary>
    Ome04,

    /// <summary>Zarr v3 with OME-Zarr 0.5: the virtual <c>NAME.ome.zarr</c>. All axes there are.</summary>
    Ome05,

    /// <summary>One plain Zarr v2 array, no levels (scroll_to_ome's <c>--zarr_only</c>); axes as <see cref="Ome04"/>.</summary>
    Array2,

    /// <summary>One plain Zarr v3 array, no levels; axes as <see cref="Ome05"/>.</summary>
    Array3,
}
