using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Tree;

/// <summary>A source of any shape that nobody reads.</summary>
internal sealed class HugeSource(VolumeShape shape) : ISource
{
    public string Kind => "huge";

    public string Origin => "made up";

    public string Encoding => "in memory";

    public string Path => "/test/huge";

    public string? Name => null;

    public VolumeShape Shape => shape;

    public DataType DataType { get; init; } = DataType.UInt8;

    public VoxelSize? VoxelSize => null;

    public TimeStep? TimeStep => null;

    public IReadOnlyList<ChannelInfo> Channels => [];

    public ReadUnit Unit { get; init; } = new(1, 1, shape.X);

    public string Fingerprint => "huge";

    public DateTimeOffset LastModified => DateTimeOffset.UnixEpoch;

    public IReadOnlyList<SourceProblem> Problems => [];

    public IReadOnlyList<string> Others => [];

    public bool Read(in Region region, Span<byte> destination) => throw new NotSupportedException("only its shape is looked at");

    public void CheckAll(IProgress<double>? progress, CancellationToken cancellationToken) => progress?.Report(1);

    public void Dispose()
    {
    }
}
