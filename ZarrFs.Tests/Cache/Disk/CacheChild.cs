using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;

namespace ZarrFs.Tests.Cache.Disk;

/// <summary>A process that does all that can be done to a cache, until it is killed.</summary>
internal static class CacheChild
{
    public const string Command = "cache";

    /// <summary>Room for half of the volume.</summary>
    public const long Most = 30 * CacheRig.ChunkBytes;

    public static void Run(string directory, int seed)
    {
        using var rig = new CacheRig(directory);
        using var pool = new BufferPool(16 << 20);
        var random = new Random(seed);
        for (int round = 0; ; round++)
        {
            using DiskCache cache = rig.Open(Most);
            for (int i = 0; i < 300; i++)
            {
                if (round == 0 && i == 40) Console.WriteLine("ready");
                ChunkAddress address = rig.Chunks[random.Next(rig.Chunks.Count)];
                switch (random.Next(8))
                {
                    case 0:
                        rig.Has(cache, address);
                        break;
                    case 1 when i > 290:
                        long z = random.Next(4);
                        cache.Forget(0, chunk => chunk.Z == z);
                        break;
                    case < 4:
                        rig.Put(cache, address);
                        break;
                    default:
                        ChunkBuffer buffer = pool.TryRent(CacheRig.ChunkBytes)!;
                        rig.Expected(address).CopyTo(buffer.Span);
                        cache.Offer(address, buffer);
                        buffer.Release();
                        break;
                }
            }
        }
    }
}
