using System.Numerics;
using System.Runtime.InteropServices;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Oracles;

namespace ZarrFs.Tests.Pyramid;

public sealed class DownsamplerTests
{
    public static TheoryData<DownsampleMethod, DataType> Kernels()
    {
        var kernels = new TheoryData<DownsampleMethod, DataType>();
        foreach (DownsampleMethod method in Enum.GetValues<DownsampleMethod>().Where(method => method != DownsampleMethod.Gaussian))
        {
            foreach (DataType type in Enum.GetValues<DataType>()) kernels.Add(method, type);
        }

        return kernels;
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Equals_its_definition_for_every_small_size(DownsampleMethod method, DataType type)
    {
        var sizes = from depth in Enumerable.Range(1, 9)
                    from height in Enumerable.Range(1, 9)
                    from width in Enumerable.Range(1, 9)
                    select (depth, height, width);
        Compare(method, type, sizes);
    }

    /// <summary>Widths around one, two and three steps of the vector loop, whatever the machine's vectors (16 to 64 bytes) and the voxel.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void Equals_its_definition_around_the_width_of_vectors(DownsampleMethod method, DataType type)
    {
        var sizes = from width in new[] { 14, 15, 16, 17, 31, 32, 33, 47, 48, 49, 62, 63, 64, 65, 66, 95, 96, 97, 127, 128, 129, 130, 257, 391 }
                    from plane in new[] { (1, 1), (1, 2), (2, 1), (2, 2), (3, 5) }
                    select (plane.Item1, plane.Item2, width);
        Compare(method, type, sizes);
    }

    /// <summary>Every remainder and both parities of the quotient, of both signs: ties go to the even side.</summary>
    [Theory]
    [InlineData(4, 0)]
    [InlineData(12, 2)]
    [InlineData(20, 2)]
    [InlineData(-4, 0)]
    [InlineData(-12, -2)]
    [InlineData(3, 0)]
    [InlineData(5, 1)]
    [InlineData(11, 1)]
    [InlineData(13, 2)]
    [InlineData(-5, -1)]
    [InlineData(-3, 0)]
    public void Rounds_ties_to_even(int sum, int mean)
    {
        byte[] source = new byte[8 * sizeof(short)];
        MemoryMarshal.Write(source, (short)sum);
        byte[] destination = new byte[sizeof(short)];
        Downsampler.Create(DownsampleMethod.Mean, DataType.Int16).Halve(source, 8, 4, 2, 2, 2, destination, 2, 2);
        Assert.Equal(mean, MemoryMarshal.Read<short>(destination));
    }

    [Fact]
    public void Mode_takes_the_smallest_of_the_most_frequent()
    {
        Assert.Equal(3, Mode(9, 9, 9, 3, 3, 3, 7, 7));
        Assert.Equal(1, Mode(8, 7, 6, 5, 4, 3, 2, 1));
        Assert.Equal(9, Mode(1, 2, 9, 3, 4, 5, 6, 9));

        static byte Mode(params byte[] eight)
        {
            byte[] one = new byte[1];
            Downsampler.Create(DownsampleMethod.Mode, DataType.UInt8).Halve(eight, 4, 2, 2, 2, 2, one, 1, 1);
            return one[0];
        }
    }

    [Fact]
    public void Nearest_keeps_the_bits_of_a_NaN()
    {
        byte[] source = new byte[8 * sizeof(uint)];
        MemoryMarshal.Write(source, 0xFFA12345u);
        byte[] destination = new byte[sizeof(uint)];
        Downsampler.Create(DownsampleMethod.Nearest, DataType.Float32).Halve(source, 16, 8, 2, 2, 2, destination, 4, 4);
        Assert.Equal(0xFFA12345u, MemoryMarshal.Read<uint>(destination));
    }

    [NumpyTheory]
    [InlineData("<u2", DataType.UInt16)]
    [InlineData("u1", DataType.UInt8)]
    [InlineData("<i2", DataType.Int16)]
    public void Mean_equals_numpy(string dtype, DataType type)
    {
        const int depth = 37, height = 61, width = 155;
        byte[] source = new byte[depth * height * width * type.Size()];
        new Random(11).NextBytes(source);
        byte[] expected = Numpy.Run(
            $"""
            a = np.frombuffer(data, '{dtype}').reshape({depth}, {height}, {width})
            a = np.pad(a, [(0, n % 2) for n in a.shape], 'symmetric')
            z, y, x = (n // 2 for n in a.shape)
            result = np.round(a.reshape(z, 2, y, 2, x, 2).mean(axis=(1, 3, 5))).astype('{dtype}')
            """,
            source);

        byte[] actual = new byte[expected.Length];
        Downsampler.Create(DownsampleMethod.Mean, type).Halve(
            source, height * width * type.Size(), width * type.Size(), depth, height, width,
            actual, 31 * 78 * type.Size(), 78 * type.Size());
        Assert.True(expected.AsSpan().SequenceEqual(actual), "numpy's bytes differ");
    }

    [NumpyTheory]
    [InlineData("max", DownsampleMethod.Max)]
    [InlineData("min", DownsampleMethod.Min)]
    public void Extremes_of_floats_equal_numpy_with_NaN(string function, DownsampleMethod method)
    {
        const int size = 48;
        float[] voxels = new float[size * size * size];
        var random = new Random(5);
        for (int i = 0; i < voxels.Length; i++)
        {
            voxels[i] = random.Next(20) switch { 0 => float.NaN, 1 => float.NegativeInfinity, 2 => float.PositiveInfinity, _ => random.NextSingle() - 0.5f };
        }

        byte[] source = MemoryMarshal.AsBytes(voxels.AsSpan()).ToArray();
        float[] expected = MemoryMarshal.Cast<byte, float>(Numpy.Run(
            $"result = np.frombuffer(data, '<f4').reshape({size / 2}, 2, {size / 2}, 2, {size / 2}, 2).{function}(axis=(1, 3, 5))", source)).ToArray();
        float[] actual = new float[expected.Length];
        Downsampler.Create(method, DataType.Float32).Halve(
            source, size * size * 4, size * 4, size, size, size, MemoryMarshal.AsBytes(actual.AsSpan()), size * size, size * 2);
        Assert.Equal(expected, actual);
        Assert.Contains(float.NaN, actual);
    }

    [Theory]
    [InlineData(2, 2, 2, 31, 4)]
    [InlineData(2, 2, 2, 32, 3)]
    [InlineData(0, 2, 2, 32, 4)]
    [InlineData(2, 0, 2, 32, 4)]
    [InlineData(2, 2, 0, 32, 4)]
    public void Refuses_a_box_that_does_not_fit(int depth, int height, int width, int sourceBytes, int destinationBytes)
    {
        Downsampler kernel = Downsampler.Create(DownsampleMethod.Max, DataType.Int32);
        Assert.ThrowsAny<ArgumentException>(
            () => kernel.Halve(new byte[sourceBytes], 16, 8, depth, height, width, new byte[destinationBytes], 4, 4));
    }

    [Fact]
    public void Refuses_a_negative_stride()
    {
        Downsampler kernel = Downsampler.Create(DownsampleMethod.Max, DataType.UInt8);
        Assert.Throws<ArgumentOutOfRangeException>(() => kernel.Halve(new byte[8], -4, 2, 2, 2, 2, new byte[1], 1, 1));
    }

    private static void Compare(DownsampleMethod method, DataType type, IEnumerable<(int Depth, int Height, int Width)> sizes)
    {
        switch (type)
        {
            case DataType.UInt8: Compare<byte>(method, type, sizes); break;
            case DataType.Int8: Compare<sbyte>(method, type, sizes); break;
            case DataType.UInt16: Compare<ushort>(method, type, sizes); break;
            case DataType.Int16: Compare<short>(method, type, sizes); break;
            case DataType.UInt32: Compare<uint>(method, type, sizes); break;
            case DataType.Int32: Compare<int>(method, type, sizes); break;
            case DataType.UInt64: Compare<ulong>(method, type, sizes); break;
            case DataType.Int64: Compare<long>(method, type, sizes); break;
            case DataType.Float32: Compare<float>(method, type, sizes); break;
            case DataType.Float64: Compare<double>(method, type, sizes); break;
            default: throw new ArgumentOutOfRangeException(nameof(type));
        }
    }

    private static void Compare<T>(DownsampleMethod method, DataType type, IEnumerable<(int Depth, int Height, int Width)> sizes)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        var random = new Random(20240607);
        Downsampler[] kernels = [Downsampler.Create(method, type, vectors: true), Downsampler.Create(method, type, vectors: false)];
        foreach ((int depth, int height, int width) in sizes)
        {
            T[,,] voxels = RandomVoxels.Box<T>(random, depth, height, width);
            T[,,] expected = SlowDownsampler.Halve(voxels, method);
            var source = new StridedBox<T>(voxels, random.Next(4), random.Next(6));
            foreach (Downsampler kernel in kernels)
            {
                var destination = new StridedBox<T>((depth + 1) / 2, (height + 1) / 2, (width + 1) / 2, random.Next(4), random.Next(6));
                kernel.Halve(
                    source.Bytes, source.Plane, source.Row, depth, height, width,
                    destination.Bytes, destination.Plane, destination.Row);
                destination.AssertHolds(expected, $"{method} {type} {depth}×{height}×{width}");
            }
        }
    }
}
