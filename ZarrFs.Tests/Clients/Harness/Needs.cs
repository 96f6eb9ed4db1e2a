using System.Diagnostics;
using ZarrFs.Tests.Mount;

namespace ZarrFs.Tests.Clients.Harness;

/// <summary>What a test with real readers needs on this machine.</summary>
[Flags]
internal enum Needs
{
    Fuse = 1,
    Python = 2,
    Node = 4,
    Rclone = 8,
    RealData = 16,
    Root = 32,
    Setpriv = 64,
    TiffTools = 128,
    Samba = 256,
    Cadaver = 1 << 12,
    Litmus = 1 << 13,
    S3fs = 1 << 14,
    Aws = 1 << 15,
    Boto3 = 1 << 16,
    Davfs = 1 << 17,
}

/// <summary>Says which need is not met.</summary>
internal static class NeedsExtensions
{
    private const string Modules = "numpy tifffile numcodecs zarr dask fsspec aiohttp skimage osgeo PIL";

    private static readonly Lazy<string?> MissingModules = new(FindMissingModules);

    /// <summary>Directory of real data, or null.</summary>
    public static string? RealData => Environment.GetEnvironmentVariable("ZARRFS_TEST_DATA") is { Length: > 0 } path ? path : null;

    /// <summary>Why the test cannot run here, with the next step; null if it can.</summary>
    public static string? Reason(this Needs needs)
    {
        if (!OperatingSystem.IsLinux()) return "the readers run on Linux only";
        if (needs.HasFlag(Needs.Fuse) && new FuseFactAttribute().Skip is { } fuse) return fuse;
        if (needs.HasFlag(Needs.Root) && !Environment.IsPrivilegedProcess) return "needs root";
        if (needs.HasFlag(Needs.RealData) && RealData is null) return "ZARRFS_TEST_DATA does not name a directory of real volumes";
        if (needs.HasFlag(Needs.Rclone) && !IsOnPath("rclone")) return "there is no rclone; install/test installs it";
        if (needs.HasFlag(Needs.Setpriv) && !IsOnPath("setpriv")) return "there is no setpriv; install/test installs it";
        if (needs.HasFlag(Needs.Samba) && !(IsOnPath("smbd") && IsOnPath("smbclient"))) return "there is no smbd or smbclient; install/test installs them";
        if (needs.HasFlag(Needs.TiffTools) && !IsOnPath("tiffcp")) return "there is no tiffcp; install/test installs it";
        if (needs.HasFlag(Needs.Cadaver) && !IsOnPath("cadaver")) return "there is no cadaver; install/test installs it";
        if (needs.HasFlag(Needs.Litmus) && !IsOnPath("litmus")) return "there is no litmus; install/test installs it";
        if (needs.HasFlag(Needs.Davfs) && !File.Exists("/sbin/mount.davfs")) return "there is no /sbin/mount.davfs; install/test installs it";
        if (needs.HasFlag(Needs.S3fs) && !IsOnPath("s3fs")) return "there is no s3fs; install/test installs it";
        if (needs.HasFlag(Needs.Aws) && !File.Exists("/usr/bin/aws")) return "there is no /usr/bin/aws; install/test installs it";
        if (needs.HasFlag(Needs.Boto3) && !Directory.Exists("/usr/lib/python3/dist-packages/boto3")) return $"{Script.Python} lacks boto3; install/test installs it";
        if (needs.HasFlag(Needs.Node) && !IsOnPath("node")) return "there is no node; install/test installs it";
        if (needs.HasFlag(Needs.Node) && !Directory.Exists(Path.Combine(Repository.Clients, "node", "node_modules")))
            return "the JavaScript readers are not installed; run install/test, or `npm ci` in ZarrFs.Tests/Clients/node";
        return needs.HasFlag(Needs.Python) ? MissingModules.Value : null;
    }

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(directory => File.Exists(Path.Combine(directory, program)));

    private static string? FindMissingModules()
    {
        if (!File.Exists(Script.Python)) return $"there is no {Script.Python}";
        string program = $"import importlib.util as u; print(*(m for m in '{Modules}'.split() if not u.find_spec(m)))";
        using Process python = Process.Start(new ProcessStartInfo(Script.Python, ["-c", program]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        string missing = python.StandardOutput.ReadToEnd().Trim();
        python.WaitForExit();
        return missing.Length == 0 && python.ExitCode == 0 ? null : $"{Script.Python} lacks {missing}; install/test installs them";
    }
}

/// <summary>A test with real readers; skipped, with the reason, where one is missing.</summary>
internal sealed class ClientFactAttribute : FactAttribute
{
    public ClientFactAttribute(Needs needs) => Skip = needs.Reason();
}

/// <summary>A theory with real readers; skipped, with the reason, where one is missing.</summary>
internal sealed class ClientTheoryAttribute : TheoryAttribute
{
    public ClientTheoryAttribute(Needs needs) => Skip = needs.Reason();
}
