using Microsoft.Extensions.Logging;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Background;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Scratch;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Host.Http.Access;
using ZarrFs.Host.Http.Limits;

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

    /// <summary>The certificate of the HTTP service; null for no TLS.</summary>
    public required TlsOptions? Tls { get; init; }

    /// <summary>Who may read what over HTTP.</summary>
    public required AccessOptions Access { get; init; }

    /// <summary>What one client, and all of them, may take of the HTTP service.</summary>
    public required LimitOptions Limits { get; init; }

    /// <summary>The memory that was asked for, in bytes; null for <c>auto</c>.</summary>
    public required long? AskedMemory { get; init; }

    /// <summary>Budget for all buffers, in bytes, of a program that shows volumes.</summary>
    public long Memory => AskedMemory ?? OptionParsing.AutomaticMemory;

    /// <summary>Where what was decoded goes that does not fit in memory.</summary>
    public required ScratchOptions Scratch { get; init; }

    /// <summary>False if how much goes there depends on what is free there now.</summary>
    public required bool IsScratchSizeSaid { get; init; }

    /// <summary>Where chunks are kept from run to run; null for nowhere.</summary>
    public required DiskCacheOptions? Cache { get; init; }

    /// <summary>What is built there in the background.</summary>
    public required BuildPyramidOption Pyramid { get; init; }

    /// <summary>When coarse levels are shown as previews.</summary>
    public required PreviewOptions Previews { get; init; }

    /// <summary>Threads that make chunks; null for as many as there are cores, or fewer if the memory budget is small.</summary>
    public required int? Threads { get; init; }

    /// <summary>Least severe log line shown.</summary>
    public required LogLevel LogLevel { get; init; }

    /// <summary>How log lines are written.</summary>
    public required LogFormat LogFormat { get; init; }

    /// <summary>Checks every option.</summary>
    /// <exception cref="OptionException">Names the first one that cannot be used.</exception>
    public static Settings From(ZarrFsOptions options)
    {
        if (options.Volumes.Count == 0) throw new OptionException("SOURCE", "no source is given; name a directory of TIFF slices or cells, a multi-page TIFF file, or a Zarr directory");
        return new Settings
        {
            Volumes = [.. options.Volumes.Select(volume => options.Volumes.Count == 1 ? VolumeSettings.From(volume) : VolumeSettings.FromOneOfMany(volume))],
            MountPath = options.Mount.Path.Length == 0 ? null : Path.GetFullPath(options.Mount.Path),
            AllowOther = options.Mount.AllowOther,
            Listen = options.Http.Listen.Length == 0 ? null : options.Http.Listen,
            Tls = OptionParsing.Tls(options.Http),
            Access = OptionParsing.Access(options.Http),
            Limits = OptionParsing.Limits(options.Http),
            AskedMemory = OptionParsing.IsAuto(options.Memory) ? null : OptionParsing.Memory(options.Memory),
            Scratch = OptionParsing.Scratch(options.Scratch, options.ScratchSize),
            IsScratchSizeSaid = !OptionParsing.IsAuto(options.ScratchSize),
            Cache = OptionParsing.Cache(options.Cache),
            Pyramid = OptionParsing.Pyramid(options.BuildPyramid, options.Cache),
            Previews = OptionParsing.Previews(options.Preview, options.ExactBudget),
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
            LogFormat = OptionParsing.LogFormat(options.LogFormat),
        };
    }
}

/// <summary>One volume, checked as far as it can be without opening it.</summary>
internal sealed record VolumeSettings
{
    /// <summary>Absolute path of a directory or file.</summary>
    public required string Source { get; init; }

    /// <summary>How it is opened, without what the program adds: memory and log.</summary>
    public SourceOptions Reading { get; init; } = new();

    /// <summary>Name of the directories shown, or null for the source's own.</summary>
    public string? Name { get; init; }

    /// <summary>Which part of the source.</summary>
    public VolumeRanges Ranges { get; init; }

    /// <summary>Where the source's first voxel stands, before <see cref="Ranges"/> cuts.</summary>
    public VolumeShift Shift { get; init; }

    /// <summary>Type shown, or null for the source's own.</summary>
    public DataType? Type { get; init; }

    /// <summary>Voxels of a chunk.</summary>
    public required ChunkShape Chunk { get; init; }

    /// <summary>Number of levels, or null for as many as it takes.</summary>
    public int? Levels { get; init; }

    /// <summary>How a level is made from the one before.</summary>
    public DownsampleMethod Downsample { get; init; }

    /// <summary>Voxel size, or null for the source's own.</summary>
    public VoxelSize? VoxelSize { get; init; }

    /// <summary>Number or name of the channel that the Zarr v2 root shows; empty for the first.</summary>
    public string Channel { get; init; } = "";

    /// <summary>Number of the time point that the Zarr v2 root shows; empty for the first.</summary>
    public string Time { get; init; } = "";

    /// <exception cref="OptionException">Names the first option that cannot be used.</exception>
    public static VolumeSettings From(VolumeOptions options)
    {
        if (options.Source.Length == 0) throw new OptionException("source", "a volume without a source; name a directory or a file");
        return new VolumeSettings
        {
            Source = Path.GetFullPath(options.Source),
            Reading = new SourceOptions
            {
                BadSlices = OptionParsing.OnBadSlice(options.OnBadSlice),
                Pattern = OptionParsing.Pattern(options.Pattern),
                Series = OptionParsing.Series(options.Series),
                Photometric = OptionParsing.Photometric(options.Photometric),
                FollowSymlinks = options.FollowSymlinks,
            },
            Name = options.Name.Length == 0 ? null : options.Name,
            Ranges = VolumeRanges.Parse(options.Ranges),
            Shift = VolumeShift.Parse(options.Shift),
            Type = OptionParsing.Type(options.Type),
            Chunk = OptionParsing.ChunkSize(options.ChunkSize),
            Levels = OptionParsing.Levels(options.Levels),
            Downsample = OptionParsing.Downsample(options.Downsample),
            VoxelSize = OptionParsing.VoxelSize(options.VoxelSize),
            Channel = options.Channel,
            Time = OptionParsing.Time(options.Time),
        };
    }

    /// <summary>The same, where an error has to say whose option it is.</summary>
    /// <exception cref="OptionException">Names the first option that cannot be used, and the source.</exception>
    public static VolumeSettings FromOneOfMany(VolumeOptions options)
    {
        try
        {
            return From(options);
        }
        catch (OptionException failure)
        {
            throw failure.Of(options.Source);
        }
    }
}
