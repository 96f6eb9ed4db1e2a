namespace ZarrFs.Core.Sources;

/// <summary>Planes along z.</summary>
/// <param name="T">Their time point, or null for several or all.</param>
/// <param name="C">Their channel, or null for several or all.</param>
/// <param name="Z">The first.</param>
/// <param name="Depth">How many.</param>
internal readonly record struct PlaneSpan(long? T, long? C, long Z, long Depth)
{
    /// <summary>Widened by one more plane.</summary>
    public PlaneSpan With(in PlanePlace place)
    {
        long first = Math.Min(Z, place.Z);
        return new PlaneSpan(
            T == place.T ? T : null, C == place.C ? C : null, first, Math.Max(Z + Depth, place.Z + 1) - first);
    }
}
