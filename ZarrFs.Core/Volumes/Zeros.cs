namespace ZarrFs.Core.Volumes;

/// <summary>Finds voxels that are only fill.</summary>
public static class Zeros
{
    private const long Block = 4096;

    /// <summary>True if every byte is 0, as of an empty span.</summary>
    public static bool IsAllZero(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept((byte)0);

    /// <summary>
    /// How many bytes of a file have to be written, in whole blocks but at its end. What follows the last voxel that is not 0 is left to the
    /// file system: no time, no cache, and mostly no space.
    /// </summary>
    public static int UsedBytes(ReadOnlySpan<byte> bytes) =>
        (int)Math.Min((bytes.LastIndexOfAnyExcept((byte)0) + Block) / Block * Block, bytes.Length);
}
