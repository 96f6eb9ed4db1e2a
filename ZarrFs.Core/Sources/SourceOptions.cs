using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ZarrFs.Core.Sources;

/// <summary>How a source is opened.</summary>
public sealed record SourceOptions
{
    /// <summary>What reading a bad slice does.</summary>
    public BadSlicePolicy BadSlices { get; init; } = BadSlicePolicy.Fill;

    /// <summary>Most files held open at once.</summary>
    public int OpenFiles { get; init; } = 512;

    /// <summary>Where bad slices are told, once each.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}
