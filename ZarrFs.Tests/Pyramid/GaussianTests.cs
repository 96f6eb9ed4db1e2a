using System.Numerics;
using System.Runtime.InteropServices;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Chunks;
using ZarrFs.Tests.Oracles;
using ZarrFs.Tests.Sources;
using ZarrFs.Tests.Tree;

namespace ZarrFs.Tests.Pyramid;

public sealed class GaussianTests
{
    public static TheoryData<DataType> Types() => [.. Enum.GetValues<DataType>()];

    [Theory]
    [MemberData(nameof(Types))]
    public void Equals_its_definition_for_every_small_size(DataType type) =>
        Compare(type, from depth in Enumerable.Range(1, 7) from height in Enumerable.Range(1, 7) from width in Enumerable.Range(1, 7) select (depth, height, width));

    [Theory]
    [MemberData(nameof(Types))]
    public void Equals_its_definition_around_the_width_of_vectors(DataType type) =>
        Compare(
            type,
            from width in new[] { 14, 15, 16, 17, 31, 32, 33, 47, 48, 49, 62, 63, 64, 65, 66, 95, 96, 97, 127, 128, 129, 130, 257 }
            from plane in new[] { (1, 1), (2, 3), (5, 8) }
            select (plane.Item1, plane.Item2, width));

    /// <summary>The weights add up to 1: an even field stays what it is, also at the ends of the type.</summary>
    [Theory]
    [MemberData(nameof(Types))]
    public void An_even_field_stays(DataType type)
    {
        foreach (int fill in new[] { 0x00, 0x01, 0x3F, 0x7F, 0x80, 0xFF })
        {
            if (fill > 0x7E && type is DataType.Float32 or DataType.Float64) continue; // NaN, or hardly a number
            byte[] source = new byte[9 * 10 * 41 * type.Size()];
            source.AsSpan().Fill((byte)fill);
            byte[] made = Halve(GaussianKernel.Create(type), type, source, 9, 10, 41);
            if (type is DataType.Float32 or DataType.Float64)
            {
                double value = type == DataType.Float32 ? MemoryMarshal.Read<float>(source) : MemoryMarshal.Read<double>(source);
                for (int i = 0; i < made.Length; i += type.Size())
                {
                    double voxel = type == DataType.Float32 ? MemoryMarshal.Read<float>(made.AsSpan(i)) : MemoryMarshal.Read<double>(made.AsSpan(i));
                    Assert.Equal(value, voxel, Math.Abs(value) * 1e-7);
                }
            }
            else if (type.Size() == 8)
            {
                // The sums are of float64, to 53 bits.
                for (int i = 0; i < made.Length; i += sizeof(ulong))
                {
                    double value = type == DataType.Int64 ? MemoryMarshal.Read<long>(source) : MemoryMarshal.Read<ulong>(source);
                    double voxel = type == DataType.Int64 ? MemoryMarshal.Read<long>(made.AsSpan(i)) : MemoryMarshal.Read<ulong>(made.AsSpan(i));
                    Assert.Equal(value, voxel, Math.Abs(value) * 1e-15);
                }
            }
            else
            {
                Assert.DoesNotContain(made, voxel => voxel != fill);
            }
        }
    }

    /// <summary>scroll2zarr's block, of which each axis is 2 chunks or what is left, is a whole level here: the same but for ties.</summary>
    [ScikitTheory]
    [InlineData("u1", DataType.UInt8, 40, 61, 155)]
    [InlineData("<u2", DataType.UInt16, 37, 60, 154)]
    [InlineData("<i2", DataType.Int16, 1, 2, 155)]
    [InlineData("<u4", DataType.UInt32, 5, 3, 4)]
    [InlineData("<i8", DataType.Int64, 9, 6, 17)]
    [InlineData("<u2", DataType.UInt16, 3, 300, 2)]
    public void Equals_scikit_image_within_one(string dtype, DataType type, int depth, int height, int width)
    {
        byte[] source = new byte[depth * height * width * type.Size()];
        new Random(11).NextBytes(source);
        if (type == DataType.Int64)
        {
            foreach (ref long voxel in MemoryMarshal.Cast<byte, long>(source.AsSpan())) voxel >>= 20; // where float64 still tells neighbours apart
        }

        double[] expected = MemoryMarshal.Cast<byte, double>(Scikit(dtype, depth, height, width, source)).ToArray();
        byte[] made = Halve(GaussianKernel.Create(type), type, source, depth, height, width);
        Assert.Equal(expected.Length, made.Length / type.Size());
        int off = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double voxel = type switch
            {
                DataType.UInt8 => made[i],
                DataType.UInt16 => MemoryMarshal.Read<ushort>(made.AsSpan(2 * i)),
                DataType.Int16 => MemoryMarshal.Read<short>(made.AsSpan(2 * i)),
                DataType.UInt32 => MemoryMarshal.Read<uint>(made.AsSpan(4 * i)),
                _ => MemoryMarshal.Read<long>(made.AsSpan(8 * i)),
            };
            Assert.InRange(voxel - expected[i], -1, 1);
            if (voxel != expected[i]) off++;
        }

        Assert.InRange(off, 0, 1 + (expected.Length / 20));
    }

    [ScikitTheory]
    [InlineData(20, 31, 33)]
    public void Floats_equal_scikit_image_nearly(int depth, int height, int width)
    {
        double[] voxels = [.. Enumerable.Range(0, depth * height * width).Select(i => Math.Sin(i * 1.7) * 1000)];
        byte[] source = MemoryMarshal.AsBytes(voxels.AsSpan()).ToArray();
        double[] expected = MemoryMarshal.Cast<byte, double>(Scikit("<f8", depth, height, width, source, "")).ToArray();
        double[] made = MemoryMarshal.Cast<byte, double>(Halve(GaussianKernel.Create(DataType.Float64), DataType.Float64, source, depth, height, width)).ToArray();
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], made[i], 1e-9);
    }

    [Theory]
    [InlineData(2, 2, 2, 2)]
    [InlineData(4, 4, 4, 1)]
    [InlineData(2, 6, 4, 3)]
    [InlineData(8, 4, 16, 2)]
    [InlineData(64, 64, 64, 2)]
    public async Task Chunks_of_any_size_are_parts_of_the_same_levels(int chunkZ, int chunkY, int chunkX, int workers)
    {
        ArraySource source = ArraySource.Random(new VolumeShape(1, 2, 19, 23, 37), DataType.UInt16, zeros: true);
        using var test = new TestStore(source, new ChunkShape(chunkZ, chunkY, chunkX), 4, DownsampleMethod.Gaussian, workers);
        foreach (ChunkAddress address in test.Chunks().Reverse()) await test.ReadAndCompare(address);
        await test.EndWithoutLeaks();
    }

    /// <summary>Rows are for what is read together; a smooth chunk takes parts of 64 others, and nobody should wait for those of its neighbours.</summary>
    [Fact]
    public async Task A_reader_waits_for_no_neighbours()
    {
        ArraySource source = ArraySource.Random(new VolumeShape(32, 32, 512), DataType.UInt8);
        using var test = new TestStore(source, new ChunkShape(8, 8, 8), 2, DownsampleMethod.Gaussian);
        await test.ReadAndCompare(new ChunkAddress(0, 1, 0, 0, 0, 0, 4));
        await TestStore.Until(() => test.Store.InFlight == 0, "no chunk is on its way");
        Assert.Equal(3 * 3 * 4 * 512, source.VoxelsRead);
        await test.EndWithoutLeaks();
    }

    [Fact]
    public async Task What_is_zero_takes_no_memory()
    {
        var source = new ArraySource(new VolumeShape(64, 64, 64), DataType.UInt16, new byte[64 * 64 * 64 * 2]);
        using var test = new TestStore(source, new ChunkShape(16, 16, 16), null, DownsampleMethod.Gaussian);
        foreach (ChunkAddress address in test.Chunks()) await test.ReadAndCompare(address);
        await TestStore.Until(() => test.Store.InFlight == 0, "no chunk is on its way");
        await TestStore.Until(() => test.Pool.BuffersInUse == 0, "whoever made the last one has given back what it was made in");
    }

    [Fact]
    public void Chunks_too_large_for_it_are_refused()
    {
        var source = new HugeSource(new VolumeShape(1 << 20, 1 << 20, 1 << 20));
        var refused = Assert.Throws<ZarrFs.Core.Failures.OptionException>(() => new Multiscale(
            "large", new Volume(source, VolumeRanges.All, null, null), new ChunkShape(1024, 1024, 1024), 2, DownsampleMethod.Gaussian));
        Assert.Equal("--chunk-size", refused.Option);
    }

    private static byte[] Scikit(string dtype, int depth, int height, int width, byte[] source, string round = "np.round") => Numpy.Run(
        $"""
        from skimage.transform import rescale
        a = np.frombuffer(data, '{dtype}').reshape({depth}, {height}, {width})
        a = np.pad(a, [(0, n % 2) for n in a.shape], 'symmetric')
        result = {round}(rescale(a.astype('f8'), .5, preserve_range=True)).astype('<f8')
        """,
        source);

    private static void Compare(DataType type, IEnumerable<(int Depth, int Height, int Width)> sizes)
    {
        switch (type)
        {
            case DataType.UInt8: Compare<byte>(type, sizes); break;
            case DataType.Int8: Compare<sbyte>(type, sizes); break;
            case DataType.UInt16: Compare<ushort>(type, sizes); break;
            case DataType.Int16: Compare<short>(type, sizes); break;
            case DataType.UInt32: Compare<uint>(type, sizes); break;
            case DataType.Int32: Compare<int>(type, sizes); break;
            case DataType.UInt64: Compare<ulong>(type, sizes); break;
            case DataType.Int64: Compare<long>(type, sizes); break;
            case DataType.Float32: Compare<float>(type, sizes); break;
            default: Compare<double>(type, sizes); break;
        }
    }

    private static void Compare<T>(DataType type, IEnumerable<(int Depth, int Height, int Width)> sizes)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        var random = new Random(20240607);
        foreach ((int depth, int height, int width) in sizes)
        {
            T[,,] voxels = RandomVoxels.Box<T>(random, depth, height, width);
            T[,,] slow = SlowGaussian.Halve(voxels);
            T[] expected = MemoryMarshal.CreateSpan(ref slow[0, 0, 0], slow.Length).ToArray();
            byte[] source = MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref voxels[0, 0, 0], voxels.Length)).ToArray();
            foreach (bool vectors in new[] { true, false })
            {
                T[] made = MemoryMarshal.Cast<byte, T>(Halve(GaussianKernel.Create(type, vectors), type, source, depth, height, width)).ToArray();
                Assert.True(expected.SequenceEqual(made), $"{type} {depth}×{height}×{width}, vectors {vectors}"); // Equals, to which NaN is NaN
            }
        }
    }

    /// <summary>A whole level as one chunk.</summary>
    private static byte[] Halve(GaussianKernel kernel, DataType type, byte[] source, int depth, int height, int width)
    {
        using var pool = new BufferPool(64 << 20);
        var below = new ChunkGrid(new VolumeShape(depth, height, width), new ChunkShape(depth, height, width));
        var made = new Region(0, 0, 0, (depth + 1) / 2, (height + 1) / 2, (width + 1) / 2);
        ChunkBuffer chunk = pool.TryRent(source.Length)!, result = pool.TryRent(source.Length)!;
        ChunkBuffer scratch = pool.TryRent((int)GaussianRoll.ScratchBytes(kernel, made.Width))!;
        source.CopyTo(chunk.Span);
        using var box = new GaussianBox(kernel, below, made, pool.TryRent(source.Length)!);
        box.Extend(depth);
        box.Take(default, 0, chunk);
        Assert.Equal(made.Depth, box.Ready());
        byte[] voxels = new byte[made.Count * type.Size()];
        for (int z = 0; z < made.Depth; z++)
        {
            box.Make(z, result, scratch);
            for (int y = 0; y < made.Height; y++)
            {
                int row = made.Width * type.Size();
                result.Span.Slice(((z * height) + y) * width * type.Size(), row).CopyTo(voxels.AsSpan(((z * made.Height) + y) * row));
            }
        }

        return voxels;
    }
}
