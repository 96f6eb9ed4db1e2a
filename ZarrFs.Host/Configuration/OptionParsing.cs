using System.Globalization;
using System.Text.RegularExpressions;
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

/// <summary>From the text of an option to its value, or an error that names the option, what was found and what was expected.</summary>
internal static partial class OptionParsing
{
    /// <summary>A quarter of the machine's memory, 2 GiB at most.</summary>
    public static long AutomaticMemory => Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4, 64L << 20, 2L << 30);

    public static bool IsAuto(string text) => text.Equals("auto", StringComparison.OrdinalIgnoreCase);

    /// <summary>The memory budget in bytes; <c>auto</c> is <see cref="AutomaticMemory"/>.</summary>
    public static long Memory(string text) => IsAuto(text) ? AutomaticMemory : Size("--memory", text, least: 1L << 20);

    /// <summary>
    /// The directory for chunks of compressed files that do not fit in memory, and the most bytes there; <c>auto</c> is the system's, and a
    /// share of what is free in it; 0 is none.
    /// </summary>
    public static ScratchOptions Scratch(string directory, string size)
    {
        bool isAuto = IsAuto(directory);
        if (!isAuto && !Directory.Exists(directory))
            throw new OptionException("--scratch", $"'{directory}' is not a directory that exists; expected one, or auto");
        ScratchOptions automatic = ScratchOptions.In(isAuto ? ScratchOptions.DefaultDirectory : Path.GetFullPath(directory));
        if (IsAuto(size)) return automatic;
        return automatic with { MaxBytes = size.Trim() == "0" ? 0 : Size("--scratch-size", size, least: 1L << 20) };
    }

    /// <summary>The disk cache, or null for none; its size is by default a tenth of the disk that it is on.</summary>
    public static DiskCacheOptions? Cache(CacheOptions cache)
    {
        Level0Caching level0 = cache.Level0.ToLowerInvariant() switch
        {
            "auto" => Level0Caching.Auto,
            "always" => Level0Caching.Always,
            "never" => Level0Caching.Never,
            _ => throw new OptionException("--cache-level0", $"'{cache.Level0}' is not possible; expected auto, always or never"),
        };
        long? size = IsAuto(cache.Size) ? null : Size("--cache-size", cache.Size, least: 1L << 20);
        if (cache.Path.Length > 0)
        {
            string path = Path.GetFullPath(cache.Path);
            return new DiskCacheOptions(path, size ?? DiskShare(path), level0) { IsLimitSaid = size is not null };
        }

        // Said, and of no use: somebody believes that there is a cache.
        if (size is not null) throw new OptionException("--cache-size", "there is no cache; name its directory (--cache)");
        if (level0 != Level0Caching.Auto) throw new OptionException("--cache-level0", "there is no cache; name its directory (--cache)");
        return null;
    }

    /// <summary>What is built in the background.</summary>
    public static BuildPyramidOption Pyramid(string levels, CacheOptions cache)
    {
        BuildPyramidOption pyramid = BuildPyramidOption.Parse(levels);
        if (cache.Path.Length == 0 && pyramid is { IsAsked: true, First: not null })
            throw new OptionException("--build-pyramid", $"'{levels}' takes a cache to build in; name its directory (--cache)");
        return pyramid;
    }

    /// <summary>A tenth of the disk that a directory is on, or will be.</summary>
    private static long DiskShare(string path)
    {
        string? there = path;
        while (there is not null && !Directory.Exists(there)) there = Path.GetDirectoryName(there);
        try
        {
            return Math.Max(1L << 30, new DriveInfo(there ?? "/").TotalSize / 10);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new OptionException("--cache-size", $"auto is not possible, since the size of the disk with {path} cannot be told ({failure.Message}); say how much, for example 200GB");
        }
    }

    /// <summary>When coarse levels are previews, and how many bytes may be read for an exact chunk while somebody waits.</summary>
    public static PreviewOptions Previews(string preview, string budget)
    {
        PreviewMode mode = preview.ToLowerInvariant() switch
        {
            "auto" => PreviewMode.Auto,
            "off" => PreviewMode.Off,
            "only" => PreviewMode.Only,
            _ => throw new OptionException("--preview", $"'{preview}' is not possible; expected auto, off or only"),
        };
        return new PreviewOptions(mode, IsAuto(budget) ? null : Size("--exact-budget", budget, least: 1L << 20));
    }

    /// <summary>The certificate of the HTTP service; null for none.</summary>
    public static TlsOptions? Tls(HttpFaceOptions http)
    {
        const string Option = "--tls";
        bool isGiven = http.TlsCertificate.Length > 0 || http.TlsKey.Length > 0;
        if (!isGiven) return http.TlsSelfSigned ? new TlsOptions(null, null) : null;
        if (http.TlsSelfSigned) throw new OptionException("--tls-self-signed", "--tls is given too; give one of the two");
        if (http.TlsCertificate.Length == 0) throw new OptionException(Option, $"the key {http.TlsKey} has no certificate; expected --tls CERT KEY");
        if (http.TlsKey.Length == 0) throw new OptionException(Option, $"the certificate {http.TlsCertificate} has no key; expected --tls CERT KEY");
        return new TlsOptions(ExistingFile(Option, http.TlsCertificate), ExistingFile(Option, http.TlsKey));
    }

    /// <summary>Who may read what over HTTP.</summary>
    public static AccessOptions Access(HttpFaceOptions http) => new()
    {
        IsPublic = http.Public,
        IsInsecure = http.Insecure,
        PasswordFile = http.PasswordFile.Length == 0 ? null : ExistingFile("--password-file", http.PasswordFile),
        TokenFile = http.TokenFile.Length == 0 ? null : Path.GetFullPath(http.TokenFile),
    };

    /// <summary>What clients may take of the HTTP service.</summary>
    public static LimitOptions Limits(HttpFaceOptions http)
    {
        LimitOptions limits = new();
        if (!IsAuto(http.MaxConnections)) limits = limits with { Connections = Number("--max-connections", http.MaxConnections, "connections") };
        if (!IsAuto(http.MaxRate)) limits = limits with { RequestsPerSecond = Number("--max-rate", http.MaxRate, "requests a second") };
        return limits;
    }

    public static LogFormat LogFormat(string text) => text.ToLowerInvariant() switch
    {
        "plain" => Configuration.LogFormat.Plain,
        "json" => Configuration.LogFormat.Json,
        _ => throw new OptionException("--log-format", $"'{text}' is not possible; expected plain or json"),
    };

    private static int Number(string option, string text, string what) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 1 and <= 1_000_000
            ? number
            : throw new OptionException(option, $"'{text}' is not a number of {what}; expected auto or a number from 1 to 1000000");

    private static string ExistingFile(string option, string path)
    {
        string full = Path.GetFullPath(path);
        return File.Exists(full) ? full : throw new OptionException(option, $"the file {full} does not exist");
    }

    private static long Size(string option, string text, long least)
    {
        Match match = SizePattern().Match(text);
        if (!match.Success) throw new OptionException(option, $"'{text}' is not a size; expected for example 512MB, 4GB or auto");
        double factor = match.Groups["unit"].Value.ToUpperInvariant() switch { "K" => 1L << 10, "M" => 1L << 20, "G" => 1L << 30, "T" => 1L << 40, _ => 1 };
        double bytes = double.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture) * factor;
        if (bytes < least || bytes > 1L << 45) throw new OptionException(option, $"'{text}' is {bytes:0} bytes; expected at least 1MB and at most 32TB");
        return (long)bytes;
    }

    /// <summary>A number of threads, or null for <c>auto</c>.</summary>
    public static int? Threads(string text)
    {
        if (IsAuto(text)) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int threads) && threads is >= 1 and <= 1024
            ? threads
            : throw new OptionException("--threads", $"'{text}' is not a number of threads; expected auto or a number from 1 to 1024");
    }

    public static ChunkShape ChunkSize(string text)
    {
        const string Option = "--chunk-size";
        string[] parts = text.Split(',', 'x');
        if (parts.Length is not (1 or 3)) throw new OptionException(Option, $"'{text}' has {parts.Length} numbers; expected one, or three for z,y,x");
        int[] sizes = new int[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!long.TryParse(parts[i].Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long size))
                throw new OptionException(Option, $"'{parts[i]}' is not a whole number; expected for example 128, or 64,128,128 for z,y,x");
            if (size is < 1 or > int.MaxValue) throw new OptionException(Option, $"{size} is not possible; a chunk has at least 1 voxel along each axis and fewer than 2³¹ bytes");
            sizes[i] = (int)size;
        }

        return sizes.Length == 1 ? new ChunkShape(sizes[0], sizes[0], sizes[0]) : new ChunkShape(sizes[0], sizes[1], sizes[2]);
    }

    public static int? Levels(string text)
    {
        if (IsAuto(text)) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int levels) && levels is >= 1 and <= Multiscale.MostLevels
            ? levels
            : throw new OptionException("--levels", $"'{text}' is not a number of levels; expected auto or a number from 1 to {Multiscale.MostLevels}");
    }

    public static DownsampleMethod Downsample(string text) => text.ToLowerInvariant() switch
    {
        "mean" => DownsampleMethod.Mean,
        "nearest" => DownsampleMethod.Nearest,
        "max" => DownsampleMethod.Max,
        "min" => DownsampleMethod.Min,
        "mode" => DownsampleMethod.Mode,
        "gaussian" => DownsampleMethod.Gaussian,
        _ => throw new OptionException("--downsample", $"'{text}' is not a method; expected mean, nearest, gaussian, max, min or mode"),
    };

    public static DataType? Type(string text)
    {
        if (text.Length == 0) return null;
        return DataTypes.TryParse(text, out DataType type)
            ? type
            : throw new OptionException("--type", $"'{text}' is not a data type; expected uint8 (made from uint16 by ÷ 256)");
    }

    public static BadSlicePolicy OnBadSlice(string text) => text.ToLowerInvariant() switch
    {
        "fill" => BadSlicePolicy.Fill,
        "fail" => BadSlicePolicy.Fail,
        _ => throw new OptionException("--on-bad-slice", $"'{text}' is not a policy; expected fill or fail"),
    };

    /// <summary>A number of a time point, as it was given; whether the source has it is seen when it is open.</summary>
    public static string Time(string text) =>
        text.Length == 0 || long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? text
            : throw new OptionException("--time", $"'{text}' is not the number of a time point; expected 0, 1, 2 …");

    /// <summary>A regular expression that names at least one of z, c and t, or null for none.</summary>
    public static string? Pattern(string text)
    {
        const string Option = "--pattern";
        if (text.Length == 0) return null;
        string[] groups;
        try
        {
            groups = [.. new Regex(text, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)).GetGroupNames().Where(name => !char.IsAsciiDigit(name[0]))];
        }
        catch (ArgumentException failure)
        {
            throw new OptionException(Option, $"'{text}' is not a regular expression: {failure.Message}");
        }

        const string Expected = "expected groups such as (?<z>[0-9]+), (?<c>[0-9]+), (?<t>[0-9]+)";
        if (groups.Length == 0) throw new OptionException(Option, $"'{text}' has no named group; {Expected}");
        if (groups.Except(["z", "c", "t"]).FirstOrDefault() is { } other) throw new OptionException(Option, $"'{text}' has a group named '{other}'; {Expected}");
        return text;
    }

    /// <summary>A number of an image in a file, or null for all.</summary>
    public static int? Series(string text)
    {
        if (text.Length == 0) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int series)
            ? series
            : throw new OptionException("--series", $"'{text}' is not the number of an image; expected 0, 1, 2 …");
    }

    public static Photometric Photometric(string text) => text.ToLowerInvariant() switch
    {
        "apply" => Core.Sources.Photometric.Apply,
        "ignore" => Core.Sources.Photometric.Ignore,
        _ => throw new OptionException("--photometric", $"'{text}' is not possible; expected apply or ignore"),
    };

    public static VoxelSize? VoxelSize(string text)
    {
        const string Option = "--voxel-size";
        if (text.Length == 0) return null;
        Match match = VoxelPattern().Match(text);
        string[] numbers = match.Groups["numbers"].Value.Split(',');
        if (!match.Success || numbers.Length is not (1 or 3))
            throw new OptionException(Option, $"'{text}' is not a voxel size; expected one number or three for z,y,x, in µm or with a unit: 7.91, 2,0.5,0.5um, 40nm");
        string unit = match.Groups["unit"].Value switch
        {
            "" or "um" or "\u00b5m" or "\u03bcm" or "micrometer" => "micrometer",
            "nm" or "nanometer" => "nanometer",
            "mm" or "millimeter" => "millimeter",
            string other => throw new OptionException(Option, $"'{other}' is not a unit; expected nm, um or mm"),
        };
        double[] sizes = [.. numbers.Select(n => double.Parse(n, CultureInfo.InvariantCulture))];
        var size = sizes.Length == 1
            ? new VoxelSize(sizes[0], sizes[0], sizes[0], unit)
            : new VoxelSize(sizes[0], sizes[1], sizes[2], unit);
        return size.IsValid ? size : throw new OptionException(Option, $"'{text}' is not positive and finite");
    }

    [GeneratedRegex(@"^\s*(?<number>\d+(\.\d+)?)\s*(?<unit>[kKmMgGtT]?)(i?[bB])?\s*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 30_000)]
    private static partial Regex SizePattern();

    [GeneratedRegex(@"^\s*(?<numbers>\d+(\.\d+)?(,\d+(\.\d+)?)*)\s*(?<unit>[a-z\u00b5\u03bc]*)\s*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 30_000)]
    private static partial Regex VoxelPattern();
}
