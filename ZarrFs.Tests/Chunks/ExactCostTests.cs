using System.Diagnostics;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Tree;

namespace ZarrFs.Tests.Chunks;

public sealed class ExactCostTests
{
    private static readonly VolumeShape Scroll = new(14376, 7888, 8096);

    [Theory]
    [InlineData(0, 128L * 128 * 128 * 2)]
    [InlineData(1, 256L * 256 * 256 * 2)]
    [InlineData(4, 2048L * 2048 * 2048 * 2)]
    [InlineData(7, 14376L * 7888 * 8096 * 2)]
    public void Of_nothing_there_it_is_all_voxels_below(int level, long expected)
    {
        Multiscale volume = Make(new HugeSource(Scroll) { DataType = DataType.UInt16 }, 128);
        Assert.Equal(expected, ExactCost.OfAll(volume, At(level)));
        Assert.False(ExactCost.IsWithin(volume, At(level), expected - 1, static _ => false));
        Assert.True(ExactCost.IsWithin(volume, At(level), expected, static _ => throw new InvalidOperationException("no need to look")));
    }

    [Fact]
    public void It_is_told_after_few_looks()
    {
        Multiscale volume = Make(new HugeSource(Scroll) { DataType = DataType.UInt16 }, 128);
        int looks = 0;
        Assert.False(ExactCost.IsWithin(volume, At(7), 64 << 20, _ => ++looks < 0));
        Assert.InRange(looks, 1, 7 + 2 + 17); // down to level 0, and 17 chunks of 4 MiB under three of level 1
        looks = 0;
        Assert.False(ExactCost.IsWithin(volume, At(7), 1L << 39, _ => ++looks < 0));
        Assert.InRange(looks, 600, 10_000);
    }

    [Theory]
    [InlineData(DownsampleMethod.Mean)]
    [InlineData(DownsampleMethod.Gaussian)]
    public void What_is_there_costs_nothing(DownsampleMethod method)
    {
        Multiscale volume = Make(new HugeSource(new VolumeShape(100, 90, 110)), 16, method);
        var random = new Random(5);
        for (int round = 0; round < 200; round++)
        {
            int salt = random.Next(), often = random.Next(1, 6);
            bool Has(ChunkAddress address) => HashCode.Combine(address, salt) % often == 0;
            var needed = new HashSet<ChunkAddress>();
            Need(At(2));
            long expected = needed.Sum(address => volume.Levels[0].Grid.Region(address).Count);
            Assert.Equal(expected, ExactCost.Of(volume, At(2), long.MaxValue, Has));
            if (expected > 0) Assert.False(ExactCost.IsWithin(volume, At(2), expected - 1, Has));
            Assert.True(ExactCost.IsWithin(volume, At(2), expected, Has));

            void Need(ChunkAddress address)
            {
                if (Has(address)) return;
                if (address.Level == 0)
                {
                    needed.Add(address);
                    return;
                }

                int beside = method == DownsampleMethod.Gaussian ? 1 : 0;
                for (long z = (2 * address.Z) - beside; z <= (2 * address.Z) + 1 + beside; z++)
                {
                    for (long y = (2 * address.Y) - beside; y <= (2 * address.Y) + 1 + beside; y++)
                    {
                        for (long x = (2 * address.X) - beside; x <= (2 * address.X) + 1 + beside; x++)
                        {
                            var part = new ChunkAddress(0, address.Level - 1, 0, 0, z, y, x);
                            if (volume.Levels[part.Level].Grid.Contains(part)) Need(part);
                        }
                    }
                }
            }
        }
    }

    [Fact]
    public void What_is_decoded_together_counts_once()
    {
        var slices = new HugeSource(new VolumeShape(1, 3, 64, 200, 300)) { DataType = DataType.UInt16, Unit = new ReadUnit(1, 200, 300, 3, IsDecoded: true) };
        Multiscale volume = Make(slices, 16);
        Assert.Equal(16 * 200 * 300 * 3 * 2, ExactCost.Of(volume, At(0), long.MaxValue, static _ => false));
        Assert.Equal(32 * 200 * 300 * 3 * 2, ExactCost.Of(volume, At(1), long.MaxValue, static _ => false));
        Assert.Equal(16 * 200 * 300 * 3 * 2, ExactCost.Of(volume, At(1), long.MaxValue, static address => address is { Level: 0, Z: 1 }));
    }

    [Fact]
    public void Chunks_are_admitted_as_long_as_all_together_take_a_quarter_of_a_second()
    {
        Multiscale volume = Make(new HugeSource(Scroll) { DataType = DataType.UInt16 }, 128);
        var choice = new PreviewChoice([volume], new PreviewOptions(PreviewMode.Auto), [new SourceRate()], static _ => false);
        // 64 MiB at the rate that is assumed; a chunk of level 1 costs 32.
        Assert.True(choice.IsPreviewed(At(2)));
        Assert.False(choice.IsPreviewed(At(1)));
        long first = choice.Enter(At(1));
        Assert.False(choice.IsPreviewed(At(1)));
        long second = choice.Enter(At(1));
        Assert.True(choice.IsPreviewed(At(1)));
        Assert.False(choice.IsPreviewed(At(0)));
        choice.Leave(first);
        Assert.False(choice.IsPreviewed(At(1)));
        choice.Leave(second);
        Assert.Equal(1, choice.MostInRow(At(1)));
        Assert.Equal(8, choice.MostInRow(At(0)));
    }

    [Fact]
    public void What_costs_little_is_exact_however_many_wait()
    {
        // 64³ of uint16: a chunk of level 1 costs 4 MiB, of level 2 32.
        Multiscale volume = Make(new HugeSource(Scroll) { DataType = DataType.UInt16 }, 64);
        var choice = new PreviewChoice([volume], new PreviewOptions(PreviewMode.Auto), [new SourceRate()], static _ => false);
        for (int i = 0; i < 100; i++) choice.Enter(At(2));
        Assert.False(choice.IsPreviewed(At(1)));
        Assert.True(choice.IsPreviewed(At(2)));
    }

    [Fact]
    public void What_costs_little_is_made_exact_by_and_by_however_slow_the_source_seems()
    {
        Multiscale volume = Make(new HugeSource(Scroll) { DataType = DataType.UInt16 }, 128);
        var rate = new SourceRate();
        var choice = new PreviewChoice([volume], new PreviewOptions(PreviewMode.Auto, 0), [rate], static _ => false);
        Assert.Equal(30L * (256 << 20), choice.BytesIn(0, 30));
        rate.Begin(0);
        rate.End(1 << 20, 60 * Stopwatch.Frequency); // its thread was held up for a minute
        Assert.Equal(16 << 20, choice.BytesIn(0, 30));
    }

    [Fact]
    public void A_budget_in_bytes_is_each_chunks_own()
    {
        Multiscale volume = Make(new HugeSource(Scroll) { DataType = DataType.UInt16 }, 128);
        var choice = new PreviewChoice([volume], new PreviewOptions(PreviewMode.Auto, 256 << 20), [new SourceRate()], static _ => false);
        for (int i = 0; i < 100; i++) choice.Enter(At(2));
        Assert.False(choice.IsPreviewed(At(2)));
        Assert.True(choice.IsPreviewed(At(3)));
        Assert.Equal(4, choice.MostInRow(At(1)));
        Assert.Equal(int.MaxValue, choice.MostInRow(At(0)));
    }

    private static Multiscale Make(ISource source, int chunk, DownsampleMethod method = DownsampleMethod.Mean) =>
        new("cost", new Volume(source, VolumeRanges.All, null, null), new ChunkShape(chunk, chunk, chunk), null, method);

    private static ChunkAddress At(int level) => new(0, level, 0, 0, 0, 0, 0);
}
