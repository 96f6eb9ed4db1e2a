using System.Numerics;
using System.Runtime.InteropServices;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Pyramid.Previews;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Oracles;

namespace ZarrFs.Tests.Pyramid.Previews;

public sealed class RowReducerTests
{
    public static TheoryData<DownsampleMethod> Methods() => new(Enum.GetValues<DownsampleMethod>());

    [Theory]
    [MemberData(nameof(Methods))]
    public void Every_type_equals_the_definition(DownsampleMethod method)
    {
        Compare<byte>(DataType.UInt8, method);
        Compare<sbyte>(DataType.Int8, method);
        Compare<ushort>(DataType.UInt16, method);
        Compare<short>(DataType.Int16, method);
        Compare<uint>(DataType.UInt32, method);
        Compare<int>(DataType.Int32, method);
        Compare<ulong>(DataType.UInt64, method);
        Compare<long>(DataType.Int64, method);
        Compare<float>(DataType.Float32, method);
        Compare<double>(DataType.Float64, method);
    }

    [Theory]
    [InlineData(DataType.UInt16, 65535)]
    [InlineData(DataType.Int16, -32768)]
    [InlineData(DataType.UInt8, 255)]
    [InlineData(DataType.Int8, -128)]
    public void Sums_of_the_longest_row_of_extremes_do_not_overflow(DataType type, int extreme)
    {
        byte[] row = new byte[RowReducer.MostVoxels * type.Size()];
        for (int i = 0; i < row.Length; i += type.Size())
        {
            if (type.Size() == 1) row[i] = unchecked((byte)extreme);
            else MemoryMarshal.Write(row.AsSpan(i), unchecked((ushort)extreme));
        }

        byte[] first = row[..type.Size()];
        RowReducer.Create(DownsampleMethod.Mean, type).Reduce(row, RowReducer.MostVoxels, RowReducer.MostVoxels);
        Assert.Equal(first, row[..type.Size()]);
    }

    private static void Compare<T>(DataType type, DownsampleMethod method)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        var random = new Random(7);
        var reducer = RowReducer.Create(method, type);
        for (int round = 0; round < 300; round++)
        {
            int level = random.Next(1, 9), width = random.Next(1, round % 10 == 0 ? 1200 : 150);
            T[,,] box = RandomVoxels.Box<T>(random, 1, 1, width);
            T[,,] expected = SlowPreview.Level(box, level, method);
            T[] row = [.. MemoryMarshal.CreateReadOnlySpan(ref box[0, 0, 0], width)];
            reducer.Reduce(MemoryMarshal.AsBytes(row.AsSpan()), width, 1 << level);
            for (int x = 0; x < expected.GetLength(2); x++)
            {
                T wanted = expected[0, 0, x];
                Assert.True(row[x] == wanted || (T.IsNaN(row[x]) && T.IsNaN(wanted)), $"{type}, {width} voxels by {1 << level}: voxel {x} is {row[x]}, expected {wanted}");
            }
        }
    }
}
