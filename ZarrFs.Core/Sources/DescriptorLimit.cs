using System.Runtime.InteropServices;

namespace ZarrFs.Core.Sources;

/// <summary>How many files this process may have open (<c>ulimit -n</c>).</summary>
internal static partial class DescriptorLimit
{
    // RLIMIT_NOFILE in Linux's <asm-generic/resource.h>.
    private const int NumberOfFiles = 7;

    /// <summary>The limit now; where the system does not say, the usual 1024.</summary>
    public static int Current =>
        OperatingSystem.IsLinux() && getrlimit(NumberOfFiles, out Limit limit) == 0 ? (int)Math.Min(int.MaxValue, limit.Soft) : 1024;

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getrlimit(int resource, out Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public nuint Soft;
        public nuint Hard;
    }
}
