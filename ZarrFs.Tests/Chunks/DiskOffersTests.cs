using ZarrFs.Core.Chunks;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Chunks;

/// <summary>What a disk has no room for when it is made is kept all the same.</summary>
public sealed class DiskOffersTests
{
    private const int Room = 30;

    private static readonly VolumeShape Shape = new(64, 60, 90);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_full_queue_turns_away_is_kept_in_the_end(bool endsEarly)
    {
        var disk = new SlowDisk(Room);
        using (TestStore first = Make(disk))
        {
            foreach (ChunkAddress address in first.Chunks()) await first.ReadAndCompare(address);
            Assert.NotEqual(0, disk.TurnedAway);
            int all = first.Chunks().Count();
            if (!endsEarly)
            {
                await TestStore.Until(
                    () =>
                    {
                        disk.Write();
                        return disk.Chunks.Count == all;
                    },
                    "all is kept while it runs");
            }

            await first.EndWithoutLeaks();
            disk.Write();
            Assert.Equal(all, disk.Chunks.Count);
        }

        using TestStore second = Make(disk);
        foreach (ChunkAddress address in second.Chunks()) await second.ReadAndCompare(address);
        Assert.Equal((0, 0), (second.Source.Reads, second.Source.Decodes.Count));
        await second.EndWithoutLeaks();
    }

    private static TestStore Make(SlowDisk disk) =>
        new(SlabTests.Decoded(Shape, new ReadUnit(1, 60, 90, IsDecoded: true)), new ChunkShape(16, 16, 16), disk: _ => disk);
}
