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

    private static ChunkAddress At(int x) => new(0, 1, 0, 0, 0, 0, x);
}
