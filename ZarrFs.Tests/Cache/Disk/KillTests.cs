using System.Diagnostics;
using ZarrFs.Core.Cache.Disk;

namespace ZarrFs.Tests.Cache.Disk;

/// <summary>Killed at any moment of writing, deleting and forgetting: what is found afterwards is right, and nothing lies about.</summary>
public sealed class KillTests : IDisposable
{
    private readonly CacheRig _rig = new();

    /// <summary>How often: more where somebody wants to be sure.</summary>
    private static int Kills => int.TryParse(Environment.GetEnvironmentVariable("ZARRFS_TEST_KILLS"), out int kills) ? kills : 10;

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Killed_at_random_instants_no_chunk_is_wrong_and_nothing_is_left_over()
    {
        var random = new Random(11);
        int found = 0;
        for (int i = 0; i < Kills; i++)
        {
            RunAndKill(i, TimeSpan.FromMilliseconds(random.Next(1, 300)), processes: 1);
            found += await Check();
        }

        Assert.NotEqual(0, found);
    }

    [Fact]
    public async Task Two_at_once_are_killed_and_no_chunk_is_wrong()
    {
        for (int i = 0; i < Math.Max(2, Kills / 5); i++)
        {
            RunAndKill(100 + i, TimeSpan.FromMilliseconds(400), processes: 2);
            using DiskCache cache = _rig.Open(CacheChild.Most);
            await cache.Loading; // until then its bytes may not be known
            Assert.NotEqual(0, _rig.CountRight(cache));
            Assert.InRange(cache.Bytes, 1, CacheChild.Most * 2);
        }
    }

    private async Task<int> Check()
    {
        using DiskCache cache = _rig.Open(CacheChild.Most);
        await cache.Loading; // until then its bytes may not be known
        int found = _rig.CountRight(cache);
        Assert.Equal(0, cache.Counters.Damaged);
        _rig.AssertNothingLeftOver(cache);
        Assert.InRange(cache.Bytes, 0, CacheChild.Most);
        return found;
    }

    private void RunAndKill(int seed, TimeSpan after, int processes)
    {
        var running = new List<Process>();
        try
        {
            for (int i = 0; i < processes; i++)
            {
                running.Add(Process.Start(new ProcessStartInfo(
                    "dotnet", [typeof(CacheChild).Assembly.Location, CacheChild.Command, _rig.Directory, $"{(10 * seed) + i}"])
                { UseShellExecute = false, RedirectStandardOutput = true })!);
            }

            foreach (Process process in running) Assert.Equal("ready", process.StandardOutput.ReadLine());
            Thread.Sleep(after);
            Assert.All(running, process => Assert.False(process.HasExited, "it has ended by itself"));
        }
        finally
        {
            foreach (Process process in running)
            {
                process.Kill();
                process.WaitForExit();
                process.Dispose();
            }
        }
    }
}
