using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Metadata;

/// <summary>Slices of ones, each compressed as one strip, that are not there: what is read of them is written down.</summary>
internal sealed class DecodedSource(VolumeShape shape) : ISource
{
    public List<Region> Seen { get; init; } = [];

    public string Kind => "decoded";

    public string Origin => "test";

    public string Encoding => "in memory";

    public string Path => "/test/decoded";

    public string? Name => null;

    public VolumeShape Shape => shape;

    public DataType DataType => DataType.UInt16;

    public VoxelSize? VoxelSize => null;

    public TimeStep? TimeStep => null;

    public IReadOnlyList<ChannelInfo> Channels => [];

    public IReadOnlyList<string> Others => [];

    public ReadUnit Unit { get; init; } = new(1, shape.Y, shape.X, IsDecoded: true);

    public string Fingerprint => "decoded";

    public DateTimeOffset LastModified => DateTimeOffset.UnixEpoch;

    public IReadOnlyList<SourceProblem> Problems => [];

    public bool Read(in Region region, Span<byte> destination)
    {
        Seen.Add(region);
        destination[..(int)(region.Count * sizeof(ushort))].Fill(1);
        return true;
    }

    public void CheckAll(IProgress<double>? progress, CancellationToken cancellationToken) => progress?.Report(1);

    public void Dispose()
    {
    }
}
