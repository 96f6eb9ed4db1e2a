using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using ZarrFs.Core.Failures;

namespace ZarrFs.Host.Configuration;

/// <summary>Puts the layers on top of each other: file, then <c>ZARRFS_…</c> from the environment, then the command line.</summary>
internal static class ConfigurationLayers
{
    private const string Prefix = "ZARRFS_";
    private const string Tests = Prefix + "TEST_";

    /// <param name="file">A JSON file like <c>config/zarrfs.json</c>, or null for <c>$ZARRFS_CONFIG</c>, which may be absent.</param>
    /// <param name="commandLine">Keys (<c>Mount:Path</c>) and values given on the command line.</param>
    /// <param name="sources">Sources given on the command line; if any, they stand in place of the other layers' volumes.</param>
    /// <param name="view">Lays what the command line says about the view over each volume.</param>
    /// <exception cref="OptionException">The file is missing or malformed, has a key that is not an option, or a value of the wrong kind.</exception>
    public static Settings Read(
        string? file, IEnumerable<KeyValuePair<string, string?>> commandLine, IReadOnlyList<string> sources, Action<VolumeOptions> view)
    {
        file = FileOf(file);
        var builder = new ConfigurationBuilder();
        if (!string.IsNullOrEmpty(file)) AddFile(builder, Path.GetFullPath(file));
        CheckEnvironment();
        builder.AddEnvironmentVariables(Prefix);
        builder.AddInMemoryCollection(commandLine);
        var options = new ZarrFsOptions();
        try
        {
            builder.Build().Bind(options);
        }
        catch (InvalidDataException failure)
        {
            // A key that is there twice: the JSON is well-formed and each key an option, but which value holds is anybody's guess.
            throw new OptionException("--config", $"{file}: {failure.InnerException?.Message ?? failure.Message}");
        }
        catch (InvalidOperationException failure)
        {
            // The binder's own message names the key and the type it wants; the cause says what was found.
            throw new OptionException("configuration", $"{failure.Message} {failure.InnerException?.Message}".Trim());
        }

        if (sources.Count > 0) options.Volumes = [.. sources.Select(source => new VolumeOptions { Source = source })];
        options.Volumes.ForEach(view);
        return Settings.From(options);
    }

    /// <summary>True if there is a file among the layers.</summary>
    /// <param name="file">As for <see cref="Read"/>.</param>
    public static bool HasFile(string? file) => !string.IsNullOrEmpty(FileOf(file));

    private static string? FileOf(string? file) => file ?? Environment.GetEnvironmentVariable(Prefix + "CONFIG");

    private static void AddFile(ConfigurationBuilder builder, string file)
    {
        const string Option = "--config";
        if (!File.Exists(file)) throw new OptionException(Option, $"{file} does not exist");
        try
        {
            using JsonDocument document = JsonDocument.Parse(
                File.ReadAllBytes(file), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            CheckKeys(file, document.RootElement, typeof(ZarrFsOptions), "");
            builder.AddJsonFile(file, optional: false, reloadOnChange: false);
        }
        catch (JsonException failure)
        {
            // Its own words count lines from 0.
            string found = failure.Message.Split(" LineNumber: ")[0].Split(" Path: ")[0];
            throw new OptionException(Option, $"{file} is not valid JSON: line {failure.LineNumber + 1}, byte {failure.BytePositionInLine + 1}: {found}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OptionException(Option, $"{file} cannot be read: {failure.Message}");
        }
    }

    /// <summary>The same for the environment, where the tests have names of their own.</summary>
    private static void CheckEnvironment()
    {
        PropertyInfo[] known = typeof(ZarrFsOptions).GetProperties();
        foreach (string variable in Environment.GetEnvironmentVariables().Keys)
        {
            if (!variable.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) || variable == Prefix + "CONFIG") continue;
            if (variable.StartsWith(Tests, StringComparison.Ordinal)) continue;
            string key = variable[Prefix.Length..].Split("__")[0];
            if (!Array.Exists(known, option => option.Name.Equals(key, StringComparison.OrdinalIgnoreCase)))
            {
                throw new OptionException(
                    variable, $"(in the environment) is not an option; expected one of {string.Join(", ", known.Select(option => Prefix + option.Name.ToUpperInvariant()))}");
            }
        }
    }

    /// <summary>A misspelt key must not be ignored in silence: each is looked up among the options.</summary>
    private static void CheckKeys(string file, JsonElement element, Type type, string path)
    {
        if (element.ValueKind != JsonValueKind.Object) throw new OptionException("--config", $"{file}: {(path.Length == 0 ? "the file" : path)} is not a JSON object");
        PropertyInfo[] known = type.GetProperties();
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string key = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            if (key == "$schema") continue;
            PropertyInfo match = known.FirstOrDefault(p => p.Name.Equals(property.Name, StringComparison.OrdinalIgnoreCase))
                ?? throw new OptionException(
                    "--config", $"{file}: '{key}' is not an option; expected one of {string.Join(", ", known.Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name)))}");
            if (match.PropertyType == typeof(List<VolumeOptions>)) CheckVolumes(file, property.Value, key);
            else if (match.PropertyType.IsClass && match.PropertyType != typeof(string)) CheckKeys(file, property.Value, match.PropertyType, key);
            else if (property.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Null)
                throw new OptionException("--config", $"{file}: '{key}' is {property.Value.ValueKind.ToString().ToLowerInvariant()}; expected a single value");
        }
    }

    private static void CheckVolumes(string file, JsonElement volumes, string key)
    {
        if (volumes.ValueKind != JsonValueKind.Array) throw new OptionException("--config", $"{file}: '{key}' is not a list");
        int index = 0;
        foreach (JsonElement volume in volumes.EnumerateArray())
            CheckKeys(file, volume, typeof(VolumeOptions), string.Create(CultureInfo.InvariantCulture, $"{key}[{index++}]"));
    }
}
