using System.Runtime.InteropServices;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Metadata;

public sealed class ContrastEstimateTests
{
    private static readonly VolumeShape Shape = new(9, 40, 100);

    [Fact]
    public void The_window_leaves_out_fill_and_the_outermost_thousandth()
    {
        ushort[] voxels = [.. Enumerable.Range(0, (int)Shape.Count).Select(i => (ushort)(i % 2 == 0 ? 0 : 1000 + (i % 101)))];
        Assert.Equal(new ContrastWindow(1000, 1100, 0, 65535), ContrastEstimate.Of(Volume(DataType.UInt16, MemoryMarshal.AsBytes(voxels.AsSpan()).ToArray())));
    }

    [Theory]
    [InlineData(DataType.UInt8, 0, 255)]
    [InlineData(DataType.Int8, -128, 127)]
    [InlineData(DataType.Int16, -32768, 32767)]
    [InlineData(DataType.Int32, int.MinValue, int.MaxValue)]
    [InlineData(DataType.Float32, 0, 1)]
    public void Nothing_but_fill_gives_all_that_the_type_can_hold(DataType type, double min, double max) =>
        Assert.Equal(new ContrastWindow(min, max, min, max), ContrastEstimate.Of(Volume(type, new byte[Shape.Count * type.Size()])));

    [Theory]
    [InlineData(255, 254, 255)]
    [InlineData(1, 0, 1)]
    public void One_value_only_is_white_within_the_type(byte value, double start, double end) =>
        Assert.Equal(new ContrastWindow(start, end, 0, 255), ContrastEstimate.Of(Volume(DataType.UInt8, [.. Enumerable.Repeat(value, (int)Shape.Count)])));

    [Fact]
    public void What_cannot_be_read_has_no_say()
    {
        ArraySource source = ArraySource.Random(Shape, DataType.UInt16);
        source.Fails = _ => true;
        Assert.Equal(ContrastWindow.Of(DataType.UInt16), ContrastEstimate.Of(new Volume(source, VolumeRanges.All, null, null)));
    }

    [Fact]
    public void A_failing_disk_is_told_where_the_window_is_written_down()
    {
        ArraySource source = ArraySource.Random(Shape, DataType.UInt16);
        source.Before = _ => throw new SourceException("slices", "cannot be read", new IOException("Input/output error"));
        var volume = new Volume(source, VolumeRanges.All, null, null);
        Assert.Equal(ContrastWindow.Of(DataType.UInt16), ContrastEstimate.Of(volume));
        Assert.Throws<SourceException>(() => ContrastEstimate.Of(volume, mustRead: true));
    }

    [Fact]
    public void Numbers_that_are_none_have_no_say()
    {
        float[] voxels = [.. Enumerable.Range(0, (int)Shape.Count).Select(i => (i % 4) switch { 0 => float.NaN, 1 => float.PositiveInfinity, 2 => -2.5f, _ => 7f })];
        Assert.Equal(new ContrastWindow(-2.5, 7, -2.5, 7), ContrastEstimate.Of(Volume(DataType.Float32, MemoryMarshal.AsBytes(voxels.AsSpan()).ToArray())));
    }

    /// <summary>Planes grow brighter from the first to the last, and rows from top to bottom: a look at the middle would see a half of the range.</summary>
    [Fact]
    public void All_of_the_volume_has_a_say()
    {
        var shape = new VolumeShape(90, 90, 40);
        ushort[] voxels = [.. Enumerable.Range(0, (int)shape.Count).Select(i => (ushort)(1000 + (10 * (i / (90 * 40))) + (i / 40 % 90)))];
        var source = new ArraySource(shape, DataType.UInt16, MemoryMarshal.AsBytes(voxels.AsSpan()).ToArray());
        Assert.Equal(new ContrastWindow(1055, 1935, 0, 65535), ContrastEstimate.Of(new Volume(source, VolumeRanges.All, null, null))); // of planes and rows 5, 15 … 85
        Assert.Equal(81, source.Reads);
    }

    [Fact]
    public void What_is_nearly_all_masked_is_looked_at_more_closely()
    {
        var shape = new VolumeShape(180, 180, 40);
        var voxels = new ushort[shape.Count];
        for (int z = 104; z < 108; z++)
        {
            for (int y = 24; y < 28; y++) voxels.AsSpan((((z * 180) + y) * 40), 40).Fill((ushort)(5000 + z));
        }

        var source = new ArraySource(shape, DataType.UInt16, MemoryMarshal.AsBytes(voxels.AsSpan()).ToArray());
        Assert.Equal(new ContrastWindow(5104, 5105, 0, 65535), ContrastEstimate.Of(new Volume(source, VolumeRanges.All, null, null)));
    }

    [Fact]
    public void A_few_very_bright_voxels_do_not_make_all_others_black()
    {
        ushort[] voxels = [.. Enumerable.Range(0, (int)Shape.Count).Select(i => (ushort)(i % 2111 == 0 ? 65535 : 300 + (i % 97)))];
        Assert.Equal(new ContrastWindow(300, 396, 0, 65535), ContrastEstimate.Of(Volume(DataType.UInt16, MemoryMarshal.AsBytes(voxels.AsSpan()).ToArray())));
    }

    /// <summary>Nine tiny planes are decoded in a moment: all of them are looked at, and not only the strip in the middle.</summary>
    [Fact]
    public void A_little_that_must_be_decoded_is_looked_at_evenly()
    {
        var source = new DecodedSource(new VolumeShape(9, 90, 1000)) { Unit = new ReadUnit(1, 10, 1000, IsDecoded: true) };
        Assert.Equal(new ContrastWindow(256, 257, 0, 65535), ContrastEstimate.Of(new Volume(source, VolumeRanges.All, null, null)));
        Assert.Equal(81, source.Seen.Select(region => (region.Z, region.Y / 10)).Distinct().Count());
    }

    /// <summary>A row of 40 chunks of 32 MiB: whoever looked at all of it would decode 1.3 GB before the first answer.</summary>
    [Fact]
    public void Of_large_chunks_those_in_the_middle_are_enough()
    {
        var source = new DecodedSource(new VolumeShape(1024, 1024, 40 * 256)) { Unit = new ReadUnit(256, 256, 256, IsDecoded: true) };
        Assert.Equal(new ContrastWindow(256, 257, 0, 65535), ContrastEstimate.Of(new Volume(source, VolumeRanges.All, null, null)));
        (long Z, long X)[] chunks = [.. source.Seen.Select(region => (region.Z / 256, region.X / 256)).Distinct()];
        Assert.Equal([(2, 20), (2, 21), (2, 22), (2, 23)], chunks);
    }

    private static Volume Volume(DataType type, byte[] voxels) => new(new ArraySource(Shape, type, voxels), VolumeRanges.All, null, null);
}
