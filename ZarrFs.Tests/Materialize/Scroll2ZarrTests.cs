using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Materialize;

/// <summary>Every chunk, and which chunks there are, against what scroll2zarr (9d58d00) makes: <c>ZarrFs.Bench/peers/scroll2zarr_sums.py</c>.</summary>
public sealed class Scroll2ZarrTests
{
    public static TheoryData<string, DownsampleMethod> Conversions()
    {
        var data = new TheoryData<string, DownsampleMethod>();
        foreach (PeerVolume volume in PeerVolume.All)
        {
            foreach (DownsampleMethod method in (DownsampleMethod[])[DownsampleMethod.Mean, DownsampleMethod.Nearest, DownsampleMethod.Max]) data.Add(volume.Name, method);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Conversions))]
    public void All_levels_are_scroll2zarrs(string name, DownsampleMethod method)
    {
        using var directory = new TemporaryDirectory();
        using var pool = new BufferPool(64 << 20);
        using ISource source = SourceOpener.Open(PeerVolume.All.First(volume => volume.Name == name).Write(directory.Path), new SourceOptions { Pool = pool });
        var chunk = new ChunkShape(PeerVolume.ChunkSize, PeerVolume.ChunkSize, PeerVolume.ChunkSize);
        var multiscale = new Multiscale(name, new Volume(source, VolumeRanges.All, null, null), chunk, PeerVolume.Levels, method);
        var sink = new RecordingSink();
        PyramidBuilder.Run(BuildPlan.For(new BuildScope(multiscale, OnlyLeading: true), pool.Budget, 2), pool, sink, new BuildCounters(), CancellationToken.None);

        string[] expected = [.. Lines().Where(line => line.StartsWith($"{name}\t{method.ToString().ToLowerInvariant()}\t", StringComparison.Ordinal))];
        Assert.Equal(PeerVolume.Levels, expected.Length);
        Assert.Equal(expected, Enumerable.Range(0, PeerVolume.Levels).Select(level => Line(name, method, level, sink)));
    }

    private static string Line(string name, DownsampleMethod method, int level, RecordingSink sink)
    {
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        (ChunkAddress Address, byte[] Raw)[] chunks =
            [.. sink.Chunks.Where(chunk => chunk.Key.Level == level).OrderBy(chunk => (chunk.Key.Z, chunk.Key.Y, chunk.Key.X)).Select(chunk => (chunk.Key, chunk.Value))];
        foreach ((ChunkAddress address, byte[] raw) in chunks)
        {
            sum.AppendData(Encoding.ASCII.GetBytes($"{address.Z}/{address.Y}/{address.X}\n"));
            sum.AppendData(raw);
        }

        return string.Join('\t', name, method.ToString().ToLowerInvariant(), level.ToString(CultureInfo.InvariantCulture), chunks.Length, Convert.ToHexStringLower(sum.GetHashAndReset()));
    }

    private static string[] Lines() => File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Materialize", "scroll2zarr.tsv"));
}
