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
    }

    public bool NeedsRoot { get; init; }

    public bool NeedsFusermount { get; init; }

    private static bool HasFusermount =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(directory => File.Exists(Path.Combine(directory, "fusermount3")));
}
