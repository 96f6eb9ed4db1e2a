namespace ZarrFs.Core.Scratch;

/// <summary>Where chunks that were made but have no room in memory are kept, and how many bytes of them.</summary>
/// <param name="Directory">A directory that exists and can be written to; its files are never visible for longer than an instant.</param>
/// <param name="MaxBytes">Most bytes on disk; 0 keeps nothing.</param>
public sealed record ScratchOptions(string Directory, long MaxBytes)
{
    private const long Most = 64L << 30;
    private const int ShareOfFreeSpace = 4;

    /// <summary><c>$TMPDIR</c>, else <c>/var/tmp</c>, which is a disk where <c>/tmp</c> is memory on many systems.</summary>
    public static string DefaultDirectory =>
        Environment.GetEnvironmentVariable("TMPDIR") is { Length: > 0 } named ? named
        : OperatingSystem.IsWindows() ? Path.GetTempPath()
        : "/var/tmp";

    /// <summary>A quarter of what is free in a directory now, 64 GiB at most; 0 if the system does not say.</summary>
    public static ScratchOptions In(string directory)
    {
        try
        {
            return new ScratchOptions(directory, Math.Min(Most, new DriveInfo(Path.GetFullPath(directory)).AvailableFreeSpace / ShareOfFreeSpace));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new ScratchOptions(directory, 0);
        }
    }
}
