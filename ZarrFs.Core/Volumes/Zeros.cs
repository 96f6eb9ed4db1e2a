namespace ZarrFs.Core.Volumes;

/// <summary>Finds voxels that are only fill.</summary>
public static class Zeros
{
    /// <summary>True if every byte is 0, as of an empty span.</summary>
    public static bool IsAllZero(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept((byte)0);
}
