using ZarrFs.Tests.Cache.Disk;

namespace ZarrFs.Tests;

/// <summary>What a test starts as a process of its own, to kill it.</summary>
internal static class Program
{
    public static int Main(string[] arguments)
    {
        if (arguments is not [CacheChild.Command, var directory, var seed]) return 2;
        CacheChild.Run(directory, int.Parse(seed, System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    }
}
