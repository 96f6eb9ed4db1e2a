namespace ZarrFs.Core.Pyramid.Previews;

/// <summary>The first: the <c>nearest</c> method.</summary>
internal readonly unsafe struct RowFirst<T> : IRowReduction<T>
    where T : unmanaged
{
    public static T Reduce(T* voxels, int count) => *voxels;
}
