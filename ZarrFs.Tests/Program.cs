using ZarrFs.Tests.Cache.Disk;
using ZarrFs.Tests.Mount;

namespace ZarrFs.Tests;

/// <summary>What a test starts as a process of its own, to kill it.</summary>
internal static class Program
{
    public static int Main(string[] arguments)
    {
        switch (arguments)
        {
            case [CacheChild.Command, var directory, var seed]:
                CacheChild.Run(directory, int.Parse(seed, System.Globalization.CultureInfo.InvariantCulture));
                return 0;
            case [MountChild.Command, var directory]:
                MountChild.Run(directory);
                return 0;
            default:
                return 2;
        }
    }
}
