using System.Runtime.InteropServices;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Sources.Zarr;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Clients.Harness;

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
}
