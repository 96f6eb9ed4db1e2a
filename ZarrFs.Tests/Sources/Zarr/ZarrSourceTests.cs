using ZarrFs.Core.Cache;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Sources.Zarr;

/// <summary>What zarr-python and numcodecs wrote is read as numpy has it.</summary>
public sealed class ZarrSourceTests(WrittenByZarrPython written) : IClassFixture<WrittenByZarrPython>
{
    [ClientFact(Needs.Python)]
    public void Every_voxel_of_every_array_is_numpys()
    {
        using var pool = new BufferPool(64 << 20);
        Random random = new(3);
        List<string> wrong = [];
        foreach (WrittenByZarrPython.Written array in written.Arrays)
        {
            using (ISource source = SourceOpener.Open(array.Path, new SourceOptions { Pool = pool, BadSlices = BadSlicePolicy.Fail }))
            {
                if (array.Differences(source, random) is { } difference) wrong.Add(difference);
                source.CheckAll(progress: null, CancellationToken.None);
                Assert.Empty(source.Problems);
                Assert.Equal("zarr", source.Kind);
            }

            Assert.Equal(0, pool.BuffersInUse);
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {written.Arrays.Count}:\n{string.Join('\n', wrong)}");
        Assert.True(written.Arrays.Count > 150, $"only {written.Arrays.Count} arrays");
    }

    [ClientFact(Needs.Python)]
    public void Many_threads_read_with_few_open_files()
    {
        foreach (string name in (string[])["v2-le-u2-none", "v2-le-u2-zstd", "v2-be-f8-none", "v2-fortran-blosc", "v3-gzip-crc32c"])
        {
            WrittenByZarrPython.Written array = written.Arrays.Single(candidate => candidate.Name == name);
            using ISource source = SourceOpener.Open(array.Path, new SourceOptions { OpenFiles = 2, BadSlices = BadSlicePolicy.Fail });
            Parallel.For(0, 16, seed => Assert.Null(array.Differences(source, new Random(seed))));
            Assert.True(((Core.Sources.Zarr.ZarrSource)source).OpenFiles <= 2);
        }
    }

    [ClientFact(Needs.Python)]
    public void A_chunk_is_decoded_once_for_planes_one_after_the_other()
    {
        WrittenByZarrPython.Written array = written.Arrays.Single(candidate => candidate.Name == "v2-codec-zstd-u2");
        using var source = (Core.Sources.Zarr.ZarrSource)SourceOpener.Open(array.Path, new SourceOptions());
        byte[] plane = new byte[array.Shape.Y * array.Shape.X * 2];
        for (int z = 0; z < array.Shape.Z; z++) source.Read(new Region(z, 0, 0, 1, (int)array.Shape.Y, (int)array.Shape.X), plane);
        int files = Directory.GetFiles(array.Path, "*", SearchOption.AllDirectories).Count(file => !Path.GetFileName(file).StartsWith('.'));
        Assert.Equal(files, source.Decoded);
        Assert.Equal(new ReadUnit(8, 6, 16, 1, IsDecoded: true), source.Unit);
    }
}
