using System.Runtime.InteropServices;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Sources.Zarr;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Clients.Harness;
using ZarrFs.Tests.Materialize;

namespace ZarrFs.Tests.Sources.Zarr;

public sealed class DecodedOnceTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    /// <summary>The source's chunks have 3 MiB, 24 lie side by side, and 16 MiB of decoded ones are kept: whoever went plane by plane would decode each many times.</summary>
    [ClientTheory(Needs.Python)]
    [InlineData(64, 64, 192)]
    [InlineData(128, 64, 384)]
    [InlineData(64, 32, 96)]
    public async Task Chunks_are_decoded_once_where_those_made_are_as_deep(int z, int y, int x)
    {
        string path = _workspace.At("deep.zarr");
        Tool.Run(Script.Python, ["-c", """
            import sys, numpy as np, zarr, numcodecs
            data = np.arange(128 * 128 * 4608, dtype='<u4').reshape(128, 128, 4608)
            array = zarr.open(sys.argv[1], mode='w', shape=data.shape, chunks=(64, 64, 192), dtype=data.dtype, compressor=numcodecs.Blosc('lz4', 1, 1))
            array[...] = data
            """, path]).Expect();
        using var pool = new BufferPool(512 << 20);
        using var source = (ZarrSource)SourceOpener.Open(path, new SourceOptions { Pool = pool });
        var multiscale = new Multiscale("deep", new Volume(source, VolumeRanges.All, null, null), new ChunkShape(z, y, x), 1, DownsampleMethod.Mean);
        using var store = new ChunkStore([multiscale], pool, 2, null, null);
        VolumeShape counts = multiscale.Levels[0].Grid.Counts;
        for (int chunk = 0; chunk < counts.Z * counts.Y * counts.X; chunk++)
        {
            var address = new ChunkAddress(0, 0, 0, 0, chunk / (counts.Y * counts.X), chunk / counts.X % counts.Y, chunk % counts.X);
            using Lease lease = await store.GetAsync(address, CancellationToken.None);
            uint[] voxels = MemoryMarshal.Cast<byte, uint>(lease.Span).ToArray();
            uint first = (uint)((((address.Z * z * 128) + (address.Y * y)) * 4608) + (address.X * x));
            Assert.Equal(first, voxels[0]);
            Assert.Equal(first + (uint)(((((z - 1) * 128) + (y - 1)) * 4608) + (x - 1)), voxels[^1]);
        }

        Assert.Equal(2 * 2 * 24, source.Decoded);
    }

    /// <summary>A row of 32 files, of which 4 may stay open: whoever went plane by plane would open each for each of the 16 planes.</summary>
    [Theory]
    [InlineData(16)]
    [InlineData(24)]
    public async Task Files_of_several_planes_are_not_opened_for_each(int chunkX)
    {
        string path = _workspace.At("plain.zarr");
        Directory.CreateDirectory(path);
        File.WriteAllText(Path.Combine(path, ".zarray"), """
            {"zarr_format": 2, "shape": [16, 16, 512], "chunks": [16, 16, 16], "dtype": "|u1", "compressor": null, "fill_value": 0, "order": "C", "filters": null, "dimension_separator": "."}
            """);
        var random = new Random(3);
        byte[][] files = [.. Enumerable.Range(0, 32).Select(_ => new byte[16 * 16 * 16])];
        for (int x = 0; x < files.Length; x++)
        {
            random.NextBytes(files[x]);
            File.WriteAllBytes(Path.Combine(path, $"0.0.{x}"), files[x]);
        }

        using var pool = new BufferPool(64 << 20);
        using var source = (ZarrSource)SourceOpener.Open(path, new SourceOptions { Pool = pool, OpenFiles = 4 });
        var multiscale = new Multiscale("plain", new Volume(source, VolumeRanges.All, null, null), new ChunkShape(16, 16, chunkX), 1, DownsampleMethod.Mean);
        using var store = new ChunkStore([multiscale], pool, 1, null, null);
        for (int chunk = 0; chunk < multiscale.Levels[0].Grid.Counts.X; chunk++)
        {
            using Lease lease = await store.GetAsync(new ChunkAddress(0, 0, 0, 0, 0, 0, chunk), CancellationToken.None);
            for (int i = 0; i < lease.Span.Length; i++)
            {
                (int row, int x) = Math.DivRem(i, chunkX);
                x += chunk * chunkX;
                Assert.Equal(x < 512 ? files[x / 16][(row * 16) + (x % 16)] : 0, lease.Span[i]);
            }
        }

        Assert.InRange(source.Opened, 32, 32 * 4 * 2); // the planes are shared out in four parts, and a file may be in two blocks
    }

    /// <summary>
    /// What decoding costs where a written store's chunks do not fit the source's, which have 400 KiB, 3 × 8 × 2 of them: once where those
    /// written are parts of them or the other way round, and along y also where the two end together nowhere, since the last ones are still
    /// in memory. In little memory, deeper ones are decoded for each slab. At most <paramref name="rows"/> rows of chunks wait for others.
    /// </summary>
    [ClientTheory(Needs.Python)]
    [InlineData(32, 100, 32, 64, 48, 1, true)]
    [InlineData(32, 50, 64, 64, 48, 2, true)]
    [InlineData(96, 200, 128, 64, 48, 1, true)]
    [InlineData(32, 64, 64, 64, 48, 6, false)]
    [InlineData(16, 100, 64, 512, 48, 1, false)]
    [InlineData(16, 100, 64, 16, 96, 1, false)]
    [InlineData(48, 100, 64, 16, 64, 1, false)]
    public void Building_decodes_as_often_as_documented(int z, int y, int x, int megabytes, int decodings, int rows, bool fits)
    {
        string path = _workspace.At("units.zarr");
        Tool.Run(Script.Python, ["-c", """
            import sys, numpy as np, zarr, numcodecs
            data = np.random.default_rng(5).integers(1, 9, (96, 800, 128)).astype('<u2')
            array = zarr.open(sys.argv[1], mode='w', shape=data.shape, chunks=(32, 100, 64), dtype=data.dtype, compressor=numcodecs.Blosc('lz4', 1, 1))
            array[...] = data
            open(sys.argv[1] + '.raw', 'wb').write(data.tobytes())
            """, path]).Expect();
        using var pool = new BufferPool((long)megabytes << 20);
        using var source = (ZarrSource)SourceOpener.Open(path, new SourceOptions { Pool = pool });
        var multiscale = new Multiscale("units", new Volume(source, VolumeRanges.All, null, null), new ChunkShape(z, y, x), 1, DownsampleMethod.Mean);
        Assert.Equal(fits, multiscale.FitsUnits);
        Assert.Equal(rows, DecodedRows.MostRows(multiscale));
        var sink = new RecordingSink();
        PyramidBuilder.Run(BuildPlan.For(new BuildScope(multiscale, OnlyLeading: false), pool.Budget / 2, 1), pool, sink, new BuildCounters(), CancellationToken.None);
        byte[] raw = File.ReadAllBytes(path + ".raw");
        foreach ((ChunkAddress address, byte[] chunk) in sink.Chunks)
        {
            Region region = multiscale.Levels[0].Grid.Region(address);
            for (int i = 0; i < region.Depth * region.Height; i++)
            {
                long from = ((((region.Z + (i / region.Height)) * 800) + region.Y + (i % region.Height)) * 128) + region.X;
                int to = ((i / region.Height * y) + (i % region.Height)) * x;
                Assert.True(chunk.AsSpan(to * 2, region.Width * 2).SequenceEqual(raw.AsSpan((int)from * 2, region.Width * 2)), $"{address}, row {i}");
            }
        }

        Assert.Equal(multiscale.Levels[0].Grid.Counts.Count, sink.Chunks.Count);
        Assert.Equal(decodings, source.Decoded);
    }
}
