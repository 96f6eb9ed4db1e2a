using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Chunks;

/// <summary>A source of any shape, all 7, of which reading cubes is slow and reading rows is not.</summary>
internal sealed class SlowSource(VolumeShape shape, Action<Region> before) : ISource
{
    public string Kind => "slow";

    public string Origin => "made up";

    public string Encoding => "nowhere";

    public string Path => "/test/slow";

    public string? Name => null;

    public VolumeShape Shape => shape;

    public DataType DataType => DataType.UInt8;

    public VoxelSize? VoxelSize => null;

    public TimeStep? TimeStep => null;

    public IReadOnlyList<ChannelInfo> Channels => [];

    public ReadUnit Unit => new(1, 1, shape.X);

    public string Fingerprint => "slow";

    public DateTimeOffset LastModified => DateTimeOffset.UnixEpoch;

    public IReadOnlyList<SourceProblem> Problems => [];

    public IReadOnlyList<string> Others => [];

    public bool Read(in Region region, Span<byte> destination)
    {
        if (region.Height > 1) Thread.Sleep(1);
        before(region);
        destination[..(int)region.Count].Fill(7);
        return true;
    }

    public void CheckAll(IProgress<double>? progress, CancellationToken cancellationToken) => progress?.Report(1);

    public void Dispose()
    {
    }
}
