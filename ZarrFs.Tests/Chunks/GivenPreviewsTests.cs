using ZarrFs.Core.Chunks;

namespace ZarrFs.Tests.Chunks;

public sealed class GivenPreviewsTests
{
    [Fact]
    public void The_most_recent_come_first_and_the_oldest_goes_when_there_are_too_many()
    {
        var given = new GivenPreviews();
        for (int x = 0; x < 1 << 16; x++) Assert.Null(given.Add(At(x)));
        Assert.Null(given.Add(At(0)));
        Assert.Equal([At(0), At(65535), At(65534)], given.Recent(3));
        Assert.Equal(At(1), given.Add(At(-1)));
        Assert.False(given.Contains(At(1)));
        Assert.Equal(1 << 16, given.Count);
        Assert.True(given.Remove(At(0)));
        Assert.False(given.Remove(At(0)));
        Assert.Equal([At(-1), At(65535)], given.Recent(2));
    }

    [Fact]
    public void Each_level_knows_how_many_it_has()
    {
        var given = new GivenPreviews();
        for (int x = 0; x <= 1 << 16; x++) given.Add(At(x)); // the first has to go
        ChunkAddress coarser = At(1) with { Level = 2 }, other = At(1) with { Volume = 3 };
        given.Add(coarser);
        given.Add(other);
        given.Add(other);
        Assert.True(given.Remove(At(9)));
        Assert.Equal(((1 << 16) - 3, 1, 1, 0), (given.CountOf(0, 1), given.CountOf(0, 2), given.CountOf(3, 1), given.CountOf(0, 3)));
        given.Remove(coarser);
        Assert.Equal(0, given.CountOf(0, 2));
    }

    private static ChunkAddress At(int x) => new(0, 1, 0, 0, 0, 0, x);
}
