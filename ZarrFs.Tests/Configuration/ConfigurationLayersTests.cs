using System.CommandLine;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Background;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Scratch;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Host.Commands;
using ZarrFs.Host.Configuration;

namespace ZarrFs.Tests.Configuration;

/// <summary>File &lt; environment &lt; command line, and an error for what is no option. Alone, because the environment is the whole process's.</summary>
[Collection(nameof(EnvironmentCollection))]
public sealed class ConfigurationLayersTests : IDisposable
{
    private const string Everything =
        """
        { "volumes": [ { "source": "/a", "name": "file", "ranges": "1:2,,", "type": "uint8", "chunkSize": 64, "levels": 3, "downsample": "max", "voxelSize": 2.5, "onBadSlice": "fail", "channel": 1, "time": "2", "pattern": "(?<z>[0-9]+)", "series": 3, "photometric": "ignore" }, { "source": "/b" } ],
          "mount": { "path": "/file", "allowOther": true }, "http": { "listen": "127.0.0.1:1" }, "memory": "1GB",
          "cache": { "path": "/cache", "size": "200GB", "level0": "never" }, "preview": "only", "exactBudget": "500MB", "buildPyramid": "levels>=2", "scratch": "/", "scratchSize": "5GB", "threads": 3, "logLevel": "warning" }
        """;

    private readonly string _file = Path.GetTempFileName();
    private readonly List<string> _variables = [];

    [Fact]
    public void Every_option_of_a_file_arrives()
    {
        Settings settings = Read(Everything);
        Assert.Equal(
            new VolumeSettings
            {
                Source = "/a",
                Reading = new SourceOptions { BadSlices = BadSlicePolicy.Fail, Pattern = "(?<z>[0-9]+)", Series = 3, Photometric = Photometric.Ignore },
                Name = "file",
                Ranges = VolumeRanges.Parse("1:2,,"),
                Type = DataType.UInt8,
                Chunk = new ChunkShape(64, 64, 64),
                Levels = 3,
                Downsample = DownsampleMethod.Max,
                VoxelSize = VoxelSize.Micrometers(2.5),
                Channel = "1",
                Time = "2",
            },
            settings.Volumes[0]);
        Assert.Equal(new VolumeSettings { Source = "/b", Chunk = new ChunkShape(128, 128, 128) }, settings.Volumes[1]);
        Assert.Equal(new ScratchOptions("/", 5L << 30), settings.Scratch);
        Assert.Equal(new DiskCacheOptions("/cache", 200L << 30, Level0Caching.Never), settings.Cache);
        Assert.Equal((new PreviewOptions(PreviewMode.Only, 500L << 20), new BuildPyramidOption(2, IsAsked: true)), (settings.Previews, settings.Pyramid));
        Assert.Equal(("/file", true, "127.0.0.1:1"), (settings.MountPath, settings.AllowOther, settings.Listen));
        Assert.Equal((1L << 30, (int?)3, LogLevel.Warning), (settings.Memory, settings.Threads, settings.LogLevel));
    }

    [Fact]
    public void The_environment_is_above_the_file()
    {
        Set("ZARRFS_VOLUMES__0__NAME", "environment");
        Set("ZARRFS_VOLUMES__0__LEVELS", "auto");
        Set("ZARRFS_VOLUMES__1__CHUNKSIZE", "32,64,96");
        Set("ZARRFS_MOUNT__PATH", "/environment");
        Set("ZARRFS_MOUNT__ALLOWOTHER", "false");
        Set("ZARRFS_HTTP__LISTEN", "127.0.0.1:2");
        Set("ZARRFS_MEMORY", "2GB");
        Set("ZARRFS_THREADS", "auto");
        Set("ZARRFS_LOGLEVEL", "debug");
        Settings settings = Read(Everything);
        Assert.Equal(("environment", null, DownsampleMethod.Max), (settings.Volumes[0].Name, settings.Volumes[0].Levels, settings.Volumes[0].Downsample));
        Assert.Equal(new ChunkShape(32, 64, 96), settings.Volumes[1].Chunk);
        Assert.Equal(("/environment", false, "127.0.0.1:2"), (settings.MountPath, settings.AllowOther, settings.Listen));
        Assert.Equal((2L << 30, null, LogLevel.Debug), (settings.Memory, settings.Threads, settings.LogLevel));
    }

    [Fact]
    public void The_command_line_is_above_both()
    {
        Set("ZARRFS_MEMORY", "2GB");
        Set("ZARRFS_VOLUMES__0__NAME", "environment");
        Settings settings = Read(Everything, "--memory 3GB --threads auto --log-level error --name line --chunk-size 16 --ranges ,,:9 --on-bad-slice fill");
        Assert.Equal((3L << 30, null, LogLevel.Error), (settings.Memory, settings.Threads, settings.LogLevel));
        Assert.All(settings.Volumes, volume => Assert.Equal(
            ("line", new ChunkShape(16, 16, 16), VolumeRanges.Parse(",,:9"), BadSlicePolicy.Fill), (volume.Name, volume.Chunk, volume.Ranges, volume.Reading.BadSlices)));
        Assert.Equal(DownsampleMethod.Max, settings.Volumes[0].Downsample); // not given, so the file's
    }

    [Fact]
    public void Channels_files_and_scratch_come_from_the_command_line_too()
    {
        Set("ZARRFS_SCRATCHSIZE", "1GB");
        Set("ZARRFS_VOLUMES__1__CHANNEL", "GFP");
        Assert.Equal(("GFP", 1L << 30), (Read("""{ "volumes": [ { "source": "/a" }, {"source": "/b"} ] }""").Volumes[1].Channel, Read(Everything).Scratch.MaxBytes));
        Settings settings = Read(Everything, "--channel DAPI --time 7 --pattern c(?<c>.)_(?<z>[0-9]+) --series 0 --photometric Apply --scratch /usr/.. --scratch-size 0");
        Assert.Equal(new ScratchOptions("/", 0), settings.Scratch);
        Assert.Equal(ScratchOptions.DefaultDirectory, Read("""{ "volumes": [ { "source": "/a" }, { "source": "/b" } ] }""").Scratch.Directory);
        Assert.All(settings.Volumes, volume => Assert.Equal(
            ("DAPI", "7", "c(?<c>.)_(?<z>[0-9]+)", (int?)0, Photometric.Apply),
            (volume.Channel, volume.Time, volume.Reading.Pattern, volume.Reading.Series, volume.Reading.Photometric)));
    }

    [Fact]
    public void Cache_previews_and_pyramid_come_from_the_command_line_too()
    {
        Set("ZARRFS_CACHE__SIZE", "1GB");
        Settings settings = Read(Everything, "--cache /other --cache-level0 always --preview off --exact-budget auto --build-pyramid off");
        Assert.Equal(new DiskCacheOptions("/other", 1L << 30, Level0Caching.Always), settings.Cache);
        Assert.Equal((PreviewOptions.Off, new BuildPyramidOption(null, IsAsked: true)), (settings.Previews, settings.Pyramid));
    }

    [Fact]
    public void Without_a_cache_there_are_previews_and_nothing_is_built()
    {
        Settings settings = Read("""{ "volumes": [ { "source": "/a" }, { "source": "/b" } ] }""");
        Assert.Null(settings.Cache);
        Assert.Equal((new PreviewOptions(PreviewMode.Auto), BuildPyramidOption.Auto), (settings.Previews, settings.Pyramid));
    }

    [Fact]
    public void Sources_on_the_command_line_stand_in_place_of_the_files()
    {
        File.WriteAllText(_file, Everything);
        Settings settings = ConfigurationLayers.Read(_file, [], ["/x", "y"], _ => { });
        Assert.Equal(["/x", Path.GetFullPath("y")], settings.Volumes.Select(volume => volume.Source));
        Assert.Null(settings.Volumes[0].Name);
    }

    [Fact]
    public void The_environment_can_name_the_file()
    {
        File.WriteAllText(_file, Everything);
        Set("ZARRFS_CONFIG", _file);
        Assert.Equal("/file", ConfigurationLayers.Read(null, [], [], _ => { }).MountPath);
    }

    [Theory]
    [InlineData("mount /s /m", null)]
    [InlineData("mount /s /m --allow-other", true)]
    [InlineData("mount /s /m --allow-other true", true)]
    [InlineData("mount /s /m --allow-other false", false)]
    [InlineData("run --allow-other false", false)]
    [InlineData("run --allow-other", true)]
    public void A_switch_can_be_turned_off_on_the_command_line(string line, bool? expected)
    {
        Command command = line.StartsWith("run", StringComparison.Ordinal) ? RunCommand.Create() : MountCommand.Create();
        ParseResult parsed = command.Parse(line.Split(' ')[1..]);
        Assert.Empty(parsed.Errors);
        Assert.Equal(expected, parsed.GetValue<bool?>("--allow-other"));
    }

    [Theory]
    [InlineData("""{ "memroy": "1GB" }""", "'memroy' is not an option; expected one of volumes, mount, http, cache, preview, exactBudget, buildPyramid, memory, scratch, scratchSize, threads, logLevel")]
    [InlineData("""{ "mount": { "paht": "/x" } }""", "'mount.paht' is not an option; expected one of path, allowOther")]
    [InlineData("""{ "volumes": [ { "source": "/a" }, { "soruce": "/a" } ] }""", "'volumes[1].soruce' is not an option")]
    [InlineData("""{ "volumes": { "source": "/a" } }""", "'volumes' is not a list")]
    [InlineData("""{ "volumes": [ "/a" ] }""", "volumes[0] is not a JSON object")]
    [InlineData("""{ "mount": "/x" }""", "mount is not a JSON object")]
    [InlineData("""{ "memory": [ 1 ] }""", "'memory' is array; expected a single value")]
    [InlineData("""{ "memory": null }""", "'memory' is null; expected a single value")]
    [InlineData("[]", "the file is not a JSON object")]
    [InlineData("{\n \"memory\": }", "is not valid JSON: line 2, byte 12: '}' is an invalid start of a value.")]
    [InlineData("", "is not valid JSON")]
    [InlineData("""{ "memory": "1GB", "Memory": "2GB" }""", "duplicate key")]
    public void Files_with_mistakes_are_refused_with_their_name(string json, string message)
    {
        var failure = Assert.Throws<OptionException>(() => Read(json));
        Assert.StartsWith($"--config: {_file}", failure.Message, StringComparison.Ordinal);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "mount": { "allowOther": "perhaps" } }""", "configuration", "perhaps")]
    [InlineData("""{ "volumes": [] }""", "SOURCE", "no source is given")]
    [InlineData("""{ "volumes": [ { "name": "x" } ] }""", "source", "a volume without a source")]
    [InlineData("""{ "volumes": [ { "source": "/a", "chunkSize": 0 } ] }""", "--chunk-size", "0 is not possible")]
    [InlineData("""{ "volumes": [ { "source": "/a", "chunkSize": "-8" } ] }""", "--chunk-size", "-8 is not possible")]
    [InlineData("""{ "volumes": [ { "source": "/a", "chunkSize": "8,8" } ] }""", "--chunk-size", "has 2 numbers")]
    [InlineData("""{ "volumes": [ { "source": "/a", "chunkSize": "big" } ] }""", "--chunk-size", "'big' is not a whole number")]
    [InlineData("""{ "volumes": [ { "source": "/a", "levels": 0 } ] }""", "--levels", "from 1 to 32")]
    [InlineData("""{ "volumes": [ { "source": "/a", "levels": 33 } ] }""", "--levels", "'33'")]
    [InlineData("""{ "volumes": [ { "source": "/a", "type": "int7" } ] }""", "--type", "'int7' is not a data type")]
    [InlineData("""{ "volumes": [ { "source": "/a", "downsample": "median" } ] }""", "--downsample", "expected mean, nearest, gaussian, max, min or mode")]
    [InlineData("""{ "volumes": [ { "source": "/a", "onBadSlice": "ignore" } ] }""", "--on-bad-slice", "expected fill or fail")]
    [InlineData("""{ "volumes": [ { "source": "/a", "voxelSize": "0" } ] }""", "--voxel-size", "is not positive")]
    [InlineData("""{ "volumes": [ { "source": "/a", "voxelSize": "1,2" } ] }""", "--voxel-size", "expected one number or three")]
    [InlineData("""{ "volumes": [ { "source": "/a", "voxelSize": "1 parsec" } ] }""", "--voxel-size", "'parsec' is not a unit")]
    [InlineData("""{ "volumes": [ { "source": "/a", "ranges": "5:1,," } ] }""", "--ranges", "reversed")]
    [InlineData("""{ "volumes": [ { "source": "/a", "time": "-1" } ] }""", "--time", "'-1' is not the number of a time point")]
    [InlineData("""{ "volumes": [ { "source": "/a", "time": "noon" } ] }""", "--time", "'noon'")]
    [InlineData("""{ "volumes": [ { "source": "/a", "pattern": "(?<z>" } ] }""", "--pattern", "is not a regular expression")]
    [InlineData("""{ "volumes": [ { "source": "/a", "pattern": "z([0-9]+)" } ] }""", "--pattern", "has no named group")]
    [InlineData("""{ "volumes": [ { "source": "/a", "pattern": "(?<z>.)(?<w>.)" } ] }""", "--pattern", "a group named 'w'")]
    [InlineData("""{ "volumes": [ { "source": "/a", "series": "first" } ] }""", "--series", "'first' is not the number of an image")]
    [InlineData("""{ "volumes": [ { "source": "/a", "photometric": "invert" } ] }""", "--photometric", "expected apply or ignore")]
    [InlineData("""{ "volumes": [ { "source": "/a" } ], "scratch": "/no/such" }""", "--scratch", "'/no/such' is not a directory")]
    [InlineData("""{ "volumes": [ { "source": "/a" } ], "scratchSize": "5" }""", "--scratch-size", "5 bytes")]
    [InlineData("""{ "volumes": [ { "source": "/a" } ], "scratchSize": "much" }""", "--scratch-size", "'much' is not a size")]
    [InlineData("""{ "volumes": [ { "source": "/a" } ], "cache": { "path": "/c", "level0": "often" } }""", "--cache-level0", "'often' is not possible")]
    [InlineData("""{ "volumes": [ { "source": "/a" } ], "cache": { "path": "/c", "size": "5" } }""", "--cache-size", "5 bytes")]
    [InlineData("""{ "volumes": [ { "source": "/a" } ], "cache": { "size": "5GB" } }""", "--cache-size", "there is no cache")]
    [InlineData("""{ "volumes": [ { "source": "/a" } ], "cache": { "level0": "always" } }""", "--cache-level0", "there is no cache")]
    [InlineData("""{ "volumes": [ { "source": "/a" } ], "preview": "soon" }""", "--preview", "expected auto, off or only")]
    [InlineData("""{ "volumes": [ { "source": "/a" } ], "exactBudget": "all" }""", "--exact-budget", "'all' is not a size")]
    [InlineData("""{ "volumes": [ { "source": "/a" } ], "buildPyramid": "levels>1" }""", "--build-pyramid", "expected auto, off, or for example levels>=2")]
    [InlineData("""{ "volumes": [ { "source": "/a" } ], "buildPyramid": "levels>=1" }""", "--build-pyramid", "takes a cache to build in")]
    [InlineData("""{ "volumes": [ { "source": "/a" } ], "memory": "lots" }""", "--memory", "'lots' is not a size")]
    [InlineData("""{ "volumes": [ { "source": "/a" } ], "memory": 12 }""", "--memory", "12 bytes")]
    [InlineData("""{ "volumes": [ { "source": "/a" } ], "threads": 0 }""", "--threads", "from 1 to 1024")]
    [InlineData("""{ "volumes": [ { "source": "/a" } ], "logLevel": "loud" }""", "--log-level", "'loud' is not a level")]
    public void Impossible_values_are_refused_by_their_option(string json, string option, string message)
    {
        var failure = Assert.Throws<OptionException>(() => Read(json));
        Assert.Equal(option, failure.Option);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_volumes_the_one_with_the_mistake_is_named()
    {
        const string Json = """{ "volumes": [ { "source": "/a" }, { "source": "/b/slices", "chunkSize": "x" } ] }""";
        Assert.Contains("(of /b/slices)", Assert.Throws<OptionException>(() => Read(Json)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains("/no/such.json does not exist", Assert.Throws<OptionException>(() => ConfigurationLayers.Read("/no/such.json", [], ["/a"], _ => { })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("2", 2, 2, 2, "micrometer")]
    [InlineData("40nm", 40, 40, 40, "nanometer")]
    [InlineData("3,2,1 mm", 3, 2, 1, "millimeter")]
    [InlineData("7.91 \u00b5m", 7.91, 7.91, 7.91, "micrometer")]
    [InlineData("7.91\u03bcm", 7.91, 7.91, 7.91, "micrometer")]
    public void Voxel_sizes_are_understood(string text, double z, double y, double x, string unit) =>
        Assert.Equal(new VoxelSize(z, y, x, unit), OptionParsing.VoxelSize(text));

    [Theory]
    [InlineData("1048576", 1L << 20)]
    [InlineData("512MB", 512L << 20)]
    [InlineData("1.5 GiB", 3L << 29)]
    [InlineData("4g", 4L << 30)]
    [InlineData("2T", 2L << 40)]
    public void Sizes_are_understood(string text, long bytes) => Assert.Equal(bytes, OptionParsing.Memory(text));

    [Theory]
    [MemberData(nameof(RepositoryFiles.Configurations), MemberType = typeof(RepositoryFiles))]
    public void Files_that_come_with_the_program_can_be_read(string file)
    {
        string path = Path.Combine(RepositoryFiles.Config, file);
        JsonArray volumes = JsonNode.Parse(File.ReadAllText(path))!["volumes"]!.AsArray();
        Settings settings = ConfigurationLayers.Read(path, [], [], _ => { });
        Assert.Equal(volumes.Select(volume => (string?)volume!["source"]), settings.Volumes.Select(volume => volume.Source));
    }

    [Fact]
    public void The_default_file_has_every_option_at_its_default()
    {
        JsonNode file = JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryFiles.Config, "zarrfs.json")))!;
        CompareDefaults(new VolumeOptions(), file["volumes"]![0]!.AsObject(), except: "source");
        var options = new ZarrFsOptions { Http = { Listen = ServeCommand.DefaultListen } }; // what serve does unless told otherwise
        CompareDefaults(options, file.AsObject(), except: "volumes");
    }

    [Fact]
    public void A_misspelt_variable_is_an_error_that_names_it()
    {
        Set("ZARRFS_MEMROY", "1GB");
        var refused = Assert.Throws<OptionException>(() => Read(Everything));
        Assert.Equal("ZARRFS_MEMROY", refused.Option);
        Assert.Contains("ZARRFS_MEMORY", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        File.Delete(_file);
        foreach (string name in _variables) Environment.SetEnvironmentVariable(name, null);
    }

    private static void CompareDefaults(object options, JsonObject file, string except)
    {
        PropertyInfo[] properties = options.GetType().GetProperties();
        Assert.Equal(properties.Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name)), file.Select(p => p.Key).Where(key => key != "$schema"));
        foreach (PropertyInfo property in properties)
        {
            string key = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            if (key == except) continue;
            if (file[key] is JsonObject inner) CompareDefaults(property.GetValue(options)!, inner, except: "");
            else Assert.Equal($"{key}={property.GetValue(options)}", $"{key}={(property.PropertyType == typeof(bool) ? (bool)file[key]! : (string?)file[key])}");
        }
    }

    private Settings Read(string json, string commandLine = "")
    {
        File.WriteAllText(_file, json);
        var view = new ViewArguments();
        var cache = new CacheArguments();
        var preview = new PreviewArguments();
        var program = new ProgramArguments();
        var command = new Command("test");
        view.AddTo(command);
        cache.AddTo(command);
        preview.AddTo(command);
        program.AddTo(command);
        ParseResult parsed = command.Parse([.. commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--config", _file]);
        Assert.Empty(parsed.Errors);
        return program.Read(parsed, [], view.Read(parsed), [.. cache.Read(parsed), .. preview.Read(parsed)]);
    }

    private void Set(string name, string value)
    {
        _variables.Add(name);
        Environment.SetEnvironmentVariable(name, value);
    }
}
