using ZarrFs.Core.Failures;
using ZarrFs.Core.Scratch;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Scratch;

public sealed class ParkingLotTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_is_parked_comes_back_and_places_are_used_again()
    {
        using var lot = new ParkingLot(new ScratchOptions(_directory.Path, 3 * 4096));
        ParkingPlace[] places = [lot.Take(5000), lot.Take(100)];
        byte[] large = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 7))], small = [.. Enumerable.Range(0, 100).Select(i => (byte)(i + 1))];
        places[0].Write(2000, large.AsSpan(2000));
        places[1].Write(0, small);
        places[0].Write(0, large.AsSpan(0, 2000));
        byte[] read = new byte[5000];
        places[0].Read(read);
        Assert.Equal(large, read);
        places[1].Read(read);
        Assert.Equal(small, read[..100]);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.Path));

        StoreException full = Assert.Throws<StoreException>(() => lot.Take(1));
        Assert.Contains("12288 are allowed", full.Message, StringComparison.Ordinal);
        places[0].Free();
        lot.Take(5000).Write(0, large);
        Assert.Equal(3 * 4096, lot.Bytes);
    }

    [Fact]
    public void A_full_disk_is_an_error_that_names_the_directory()
    {
        using var lot = new ParkingLot(new ScratchOptions(_directory.Path, 1 << 20)) { BeforeWrite = () => throw new IOException("no space left") };
        StoreException failure = Assert.Throws<StoreException>(() => lot.Take(10).Write(0, new byte[10]));
        Assert.StartsWith($"{_directory.Path}: what has no room in memory cannot be written here: no space left", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_is_not_there_is_an_error()
    {
        using var lot = new ParkingLot(new ScratchOptions(Path.Combine(_directory.Path, "nowhere"), 1 << 20));
        Assert.Contains("cannot be kept here", Assert.Throws<StoreException>(() => lot.Take(10)).Message, StringComparison.Ordinal);
    }
}
