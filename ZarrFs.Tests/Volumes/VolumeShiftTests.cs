using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Oracles;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Volumes;

public sealed class VolumeShiftTests
{
    private static readonly VolumeShape Size = new(2, 2, 7, 6, 9);

    /// <summary>zarr_to_ome's array: of the source's size and the shift's, the source pasted in, what does not fit cut off; then a window of it.</summary>
    private const string Paste =
        """
        import json, struct
        length = struct.unpack('<i', data[:4])[0]
        a = json.loads(data[4:4 + length])
        source = np.frombuffer(data[4 + length:], dtype=a['dtype']).reshape(a['shape'])
        shape = [n + s for n, s in zip(source.shape[2:], a['shift'])]
        result = np.zeros(source.shape[:2] + tuple(shape), source.dtype)
        to = tuple(slice(max(0, s), None) for s in a['shift'])
        of = tuple(slice(max(0, -s), None) for s in a['shift'])
        result[(..., *to)] = source[(..., *of)]
        result = result[(..., *(slice(*w) for w in a['window']))]
        if a['halve']: result = (result // 256).astype('u1')
        """;

    public static TheoryData<string, string, DataType, bool> Cases { get; } = new()
    {
        { "0,0,0", "", DataType.UInt16, false },
        { "3,0,0", "", DataType.UInt16, false },
        { "0,2,0", "", DataType.UInt8, false },
        { "0,0,4", "", DataType.Float32, false },
        { "-8,0,0", "", DataType.UInt16, false },
        { "-2,-3,-4", "", DataType.UInt16, false },
        { "5,4,3", "", DataType.UInt16, false },
        { "5,4,3", "", DataType.UInt16, true },
        { "5,-4,3", "2:12,:,1:9", DataType.UInt16, false },
        { "5,-4,3", "2:12,:,1:9", DataType.UInt16, true },
        { "30,20,10", "28:,19:,9:12", DataType.UInt64, false },
        { "-1,1,0", "3:5,2:4,0:100", DataType.Int16, false },
    };

    [NumpyTheory]
    [MemberData(nameof(Cases))]
    public void Every_region_is_what_numpy_pastes(string shift, string ranges, DataType type, bool halve)
    {
        ArraySource source = ArraySource.Random(Size, type);
        var view = new Volume(source, VolumeRanges.Parse(ranges), halve ? DataType.UInt8 : null, null, VolumeShift.Parse(shift));
        byte[] expected = Expected(source, shift, ranges, halve);
        int size = view.DataType.Size();
        Assert.Equal(expected.Length, view.Shape.Count * size);
        Random random = new(9);
        for (int i = 0; i < 300; i++)
        {
            (int z, int depth) = Part(view.Shape.Z);
            (int y, int height) = Part(view.Shape.Y);
            (int x, int width) = Part(view.Shape.X);
            Region region = new(random.Next(2), random.Next(2), z, y, x, depth, height, width);
            byte[] found = new byte[region.Count * size];
            found.AsSpan().Fill(0xA5);
            bool any = view.Read(region, found, new byte[view.ScratchBytes(region.Count)]);
            byte[] box = Cut(expected, view.Shape, region, size);
            Assert.True(found.AsSpan().SequenceEqual(box), $"{region}");
            Assert.True(any || Zeros.IsAllZero(box));
        }

        (int Start, int Length) Part(long length)
        {
            int start = random.Next((int)length);
            return (start, random.Next(1, (int)length - start + 1));
        }
    }

    [Fact]
    public void Spans_are_widened_to_the_source_s_units_where_it_stands()
    {
        var source = new ArraySource(new VolumeShape(100, 100, 100), DataType.UInt8, new byte[1_000_000]) { Unit = new ReadUnit(8, 16, 32, 1, IsDecoded: true) };
        var moved = new Volume(source, VolumeRanges.All, null, null, new VolumeShift(10, -5, 3));
        for (long start = 0; start < moved.Shape.X; start++) Check(moved.WidenX(start, start + 1), start, 10, 32, moved.Shape.X);
        for (long start = 0; start < moved.Shape.Y; start++) Check(moved.WidenY(start, start + 1), start, -5, 16, moved.Shape.Y);
        for (long start = 0; start < moved.Shape.Z; start++) Check(moved.WidenZ(start, start + 1), start, 3, 8, moved.Shape.Z);

        static void Check((long Start, long End) span, long at, long shift, long unit, long limit)
        {
            // The first and the last voxel of the unit that the voxel lies in, walked to one by one.
            long first = at, last = at + 1;
            while ((((first - shift) % unit) + unit) % unit != 0) first--;
            while ((((last - shift) % unit) + unit) % unit != 0) last++;
            Assert.Equal((Math.Max(0, first), Math.Min(limit, last)), span);
        }
    }

    [Theory]
    [InlineData("1,2", "has 2 numbers; expected three")]
    [InlineData("5", "has 1 number; expected three")]
    [InlineData("1,2,3,4", "has 4 numbers; expected three")]
    [InlineData("1,x,3", "'x' for y is not a whole number")]
    [InlineData("1.5,0,0", "'1.5' for x is not a whole number")]
    [InlineData("0,0,99999999999", "'99999999999' for z is not a whole number from -2147483648")]
    [InlineData("-9,0,0", "-9 for x moves the whole source out: it has 9 voxels along x")]
    [InlineData("0,-6,0", "-6 for y moves the whole source out: it has 6 voxels along y")]
    [InlineData("0,0,-100", "-100 for z moves the whole source out")]
    [InlineData("2147483647,2147483647,2147483647", "which is larger than")]
    public void What_cannot_be_is_named(string shift, string message)
    {
        ArraySource source = ArraySource.Random(Size, DataType.UInt8);
        var failure = Assert.Throws<OptionException>(() => new Volume(source, VolumeRanges.All, null, null, VolumeShift.Parse(shift)));
        Assert.StartsWith("--shift: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ranges_that_end_before_the_source_begins_are_named()
    {
        ArraySource source = ArraySource.Random(Size, DataType.UInt8);
        var failure = Assert.Throws<OptionException>(() => new Volume(source, VolumeRanges.Parse(",,0:5"), null, null, VolumeShift.Parse("0,0,5")));
        Assert.Contains("shows nothing of /test/array, whose first voxel --shift 0,0,5 moves along z", failure.Message, StringComparison.Ordinal);
    }

    private static byte[] Expected(ArraySource source, string shift, string ranges, bool halve)
    {
        long[] moves = [.. shift.Split(',').Select(long.Parse).Reverse()];
        string windows = string.Join(", ", (ranges.Length == 0 ? [":", ":", ":"] : ranges.Split(',')).Reverse().Select(
            window => $"[{string.Join(", ", window.Split(':').Select(end => end.Length == 0 ? "null" : end))}]"));
        string arguments =
            $$"""{"dtype": "{{source.DataType.TypeString()}}", "shape": [{{Size.T}}, {{Size.C}}, {{Size.Z}}, {{Size.Y}}, {{Size.X}}], "shift": [{{string.Join(", ", moves)}}], "window": [{{windows}}], "halve": {{(halve ? "true" : "false")}}}""";
        byte[] text = System.Text.Encoding.UTF8.GetBytes(arguments);
        return Numpy.Run(Paste, [.. BitConverter.GetBytes(text.Length), .. text, .. source.Voxels]);
    }

    private static byte[] Cut(byte[] voxels, VolumeShape shape, Region region, int size)
    {
        var box = new List<byte>();
        for (long z = region.Z; z < region.EndZ; z++)
        {
            for (long y = region.Y; y < region.EndY; y++)
            {
                long from = (((((((region.T * shape.C) + region.C) * shape.Z) + z) * shape.Y) + y) * shape.X) + region.X;
                box.AddRange(voxels.AsSpan((int)(from * size), region.Width * size));
            }
        }

        return [.. box];
    }
}
