namespace ZarrFs.Core.Volumes;

/// <summary>Conversions between voxel types.</summary>
internal static class Conversion
{
    /// <summary>The high byte of each little-endian uint16: ÷ 256.</summary>
    public static void HighBytes(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        for (int i = 0; i < source.Length / 2; i++) destination[i] = source[(2 * i) + 1];
    }
}
