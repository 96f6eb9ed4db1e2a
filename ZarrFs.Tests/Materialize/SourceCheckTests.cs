using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Materialize;

/// <summary>Which bad slices matter to a store, and what memory is left for its buffers.</summary>
public sealed class SourceCheckTests
{
    private static readonly SourceProblem[] Problems =
    [
        Bad(3), Bad(4), Bad(9), Bad(10), Bad(5) with { Kind = SourceProblemKind.Missing }, Bad(6) with { T = 1, C = 2 }, Bad(7) with { T = 0, C = 2 }, Bad(8) with { T = 1 },
    ];

    [Theory]
    [InlineData(false, 4, 9, 6, 7, 8)]
    [InlineData(true, 4, 9, 6, 8)]
    public void Only_those_count_that_hold_voxels_of_the_store(bool onlyLeading, params int[] expected)
    {
        var source = new ArraySource(new VolumeShape(2, 3, 20, 4, 4), DataType.UInt8, new byte[2 * 3 * 20 * 4 * 4]);
        var volume = new Volume(source, new VolumeRanges(new AxisRange(0, 4), new AxisRange(0, 4), new AxisRange(4, 10)), null, null);
        var multiscale = new Multiscale("test", volume, new ChunkShape(4, 4, 4), 1, DownsampleMethod.Mean, new LeadingIndex(1, 2));
        Assert.Equal(expected.Order(), SourceCheck.BadSlices(new BuildScope(multiscale, onlyLeading), Problems).Select(problem => (int)problem.Z).Order());
    }

    [Fact]
    public void What_the_program_takes_by_itself_is_not_for_buffers()
    {
        Assert.Equal(4_000_000_000 - (96 << 20), new MemoryLimit(4_000_000_000).MostBuffers);
        Assert.InRange(new MemoryLimit(null).MostBuffers, 1, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2);
        Assert.Contains("at least", Assert.Throws<OptionException>(() => new MemoryLimit(100_000_000).MostBuffers).Message, StringComparison.Ordinal);
    }

    private static SourceProblem Bad(long z) => new(SourceProblemKind.Bad, z, 1, $"{z}.tif", "is short");
}
