namespace ZarrFs.Core.Pyramid.Previews;

/// <summary>Makes one voxel of a preview from voxels that lie side by side in a row.</summary>
/// <typeparam name="T">A voxel.</typeparam>
internal unsafe interface IRowReduction<T>
    where T : unmanaged
{
    /// <summary>Reduces 1 to <see cref="RowReducer.MostVoxels"/> voxels, which are lost.</summary>
    static abstract T Reduce(T* voxels, int count);
}
