using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;
using ZarrFs.Host.Progress;

namespace ZarrFs.Host.Commands;

/// <summary>What <c>zarrfs warm</c> makes, checked as far as it can be without the source.</summary>
/// <param name="Levels">Which levels.</param>
/// <param name="Region">Which voxels of level 0; null for all.</param>
/// <param name="Progress">How it is told how far it is.</param>
internal sealed record WarmSettings(LevelSet Levels, VolumeRanges? Region, ProgressStyle Progress);
