using Microsoft.Extensions.Logging;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Host.Configuration;

/// <summary>The checked configuration: every value valid by itself. Made once, at start.</summary>
internal sealed record Settings
{
    /// <summary>The volumes to show; at least one.</summary>
    public required IReadOnlyList<VolumeSettings> Volumes { get; init; }

    /// <summary>Absolute path of the mountpoint, or null for no mount.</summary>
    public required string? MountPath { get; init; }

    /// <summary>Whether other users may read the mount.</summary>
    public required bool AllowOther { get; init; }

    /// <summary>Address to listen on, or null for no HTTP.</summary>
    public required string? Listen { get; init; }

    /// <summary>Budget for all buffers, in bytes.</summary>
    public required long Memory { get; init; }

    /// <summary>Threads that make chunks; null for as many as there are cores, or fewer if the memory budget is small.</summary>
    public required int? Threads { get; init; }

    /// <summary>Least severe log line shown.</summary>
    public required LogLevel LogLevel { get; init; }

    /// <summary>Checks every option.</summary>
    /// <exception cref="OptionException">Names the first one that cannot be used.</exception>
    public static Settings From(ZarrFsOptions options)
    {
        if (options.Volumes.Count == 0) throw new OptionException("SOURCE", "no source is given; name a directory of TIFF slices or cells, or a multi-page TIFF file");
        return new Settings
        {
            Volumes = [.. options.Volumes.Select(VolumeSettings.From)],
            MountPath = options.Mount.Path.Length == 0 ? null : Path.GetFullPath(options.Mount.Path),
            AllowOther = options.Mount.AllowOther,
            Listen = options.Http.Listen.Length == 0 ? null : options.Http.Listen,
            Memory = OptionParsing.Memory(options.Memory),
            Threads = OptionParsing.Threads(options.Threads),
            LogLevel = options.LogLevel.ToLowerInvariant() switch
            {
                "trace" => LogLevel.Trace,
                "debug" => LogLevel.Debug,
                "information" or "info" => LogLevel.Information,
                "warning" => LogLevel.Warning,
                "error" => LogLevel.Error,
                "none" => LogLevel.None,
                _ => throw new OptionException("--log-level", $"'{options.LogLevel}' is not a level; expected debug, information, warning, error or none"),
            },
        };
    }
}

/// <summary>One volume, checked as far as it can be without opening it.</summary>
internal sealed record VolumeSettings(
    string Source, string? Name, VolumeRanges Ranges, DataType? Type, ChunkShape Chunk, int? Levels,
    DownsampleMethod Downsample, VoxelSize? VoxelSize, BadSlicePolicy OnBadSlice)
{
    /// <exception cref="OptionException">Names the first option that cannot be used.</exception>
    public static VolumeSettings From(VolumeOptions options)
    {
        if (options.Source.Length == 0) throw new OptionException("source", "a volume without a source; name a directory or a file");
        return new VolumeSettings(
            Path.GetFullPath(options.Source), options.Name.Length == 0 ? null : options.Name, VolumeRanges.Parse(options.Ranges),
            OptionParsing.Type(options.Type), OptionParsing.ChunkSize(options.ChunkSize), OptionParsing.Levels(options.Levels),
            OptionParsing.Downsample(options.Downsample), OptionParsing.VoxelSize(options.VoxelSize), OptionParsing.OnBadSlice(options.OnBadSlice));
    }
}
