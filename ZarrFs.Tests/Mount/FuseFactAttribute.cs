using ZarrFs.Host.Mount;

namespace ZarrFs.Tests.Mount;

/// <summary>A test that mounts; skipped, with the reason, where that is not possible.</summary>
internal sealed class FuseFactAttribute : FactAttribute
{
    public FuseFactAttribute()
    {
        if (!OperatingSystem.IsLinux()) Skip = "mounting works on Linux only";
        else if (!File.Exists("/dev/fuse")) Skip = "there is no /dev/fuse";
        else if (!Environment.IsPrivilegedProcess && !HasFusermount) Skip = "neither root nor fusermount3";
        else if (NeedsRoot && !Environment.IsPrivilegedProcess) Skip = "needs root";
        else if (NeedsFusermount && !HasFusermount) Skip = "needs fusermount3";
        else if (NeedsPassthrough && Environment.OSVersion.Version < new Version(6, 9)) Skip = "needs Linux 6.9";
    }

    public bool NeedsRoot { get; init; }

    public bool NeedsFusermount { get; init; }

    /// <summary>That the kernel reads backing files by itself; takes <see cref="NeedsRoot"/> too.</summary>
    public bool NeedsPassthrough { get; init; }

    private static bool HasFusermount =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(directory => File.Exists(Path.Combine(directory, "fusermount3")));
}
