using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using ZarrFs.Host.Configuration;
using ZarrFs.Tests.Oracles;

namespace ZarrFs.Tests.Configuration;

public sealed class SchemaTests
{
    private static readonly JsonNode Schema = JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryFiles.Config, "zarrfs.schema.json")))!;

    [Fact]
    public void The_schema_describes_every_option_and_its_default()
    {
        Compare(typeof(ZarrFsOptions), Schema);
        Compare(typeof(VolumeOptions), Schema["$defs"]!["volume"]!);
        Compare(typeof(MountFaceOptions), Schema["properties"]!["mount"]!);
        Compare(typeof(HttpFaceOptions), Schema["properties"]!["http"]!);
        Compare(typeof(CacheOptions), Schema["properties"]!["cache"]!);
    }

    [SchemaTheory]
    [MemberData(nameof(RepositoryFiles.Configurations), MemberType = typeof(RepositoryFiles))]
    public void Files_that_come_with_the_program_follow_the_schema(string file) =>
        Assert.Equal("", Validate(File.ReadAllText(Path.Combine(RepositoryFiles.Config, file))));

    [SchemaTheory]
    [InlineData("""{ "memroy": "1GB" }""")]
    [InlineData("""{ "volumes": [ { "name": "x" } ] }""")]
    [InlineData("""{ "volumes": [ { "source": "/a", "downsample": "median" } ] }""")]
    [InlineData("""{ "memory": "lots" }""")]
    [InlineData("""{ "mount": { "allowOther": "yes" } }""")]
    public void Files_with_mistakes_do_not(string json) => Assert.NotEqual("", Validate(json));

    private static void Compare(Type options, JsonNode schema)
    {
        Assert.False((bool)schema["additionalProperties"]!);
        JsonObject properties = schema["properties"]!.AsObject();
        object defaults = Activator.CreateInstance(options)!;
        Assert.Equal(
            options.GetProperties().Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name)).Order(StringComparer.Ordinal),
            properties.Select(p => p.Key).Where(key => key != "$schema").Order(StringComparer.Ordinal));
        foreach (PropertyInfo property in options.GetProperties())
        {
            JsonNode described = properties[JsonNamingPolicy.CamelCase.ConvertName(property.Name)]!;
            if (described["default"] is { } value) Assert.Equal($"{property.GetValue(defaults)}", property.PropertyType == typeof(bool) ? $"{(bool)value}" : (string?)value);
            else Assert.True(property.Name is "Volumes" or "Mount" or "Http" or "Cache" or "Source", $"{property.Name} has no default");
        }
    }

    /// <summary>The first mistake, or nothing.</summary>
    private static string Validate(string json) => System.Text.Encoding.UTF8.GetString(Numpy.Run(
        $"""
        import json, jsonschema
        schema, instance = json.loads(data)
        jsonschema.Draft202012Validator.check_schema(schema)
        error = next(jsonschema.Draft202012Validator(schema).iter_errors(instance), None)
        result = np.frombuffer(b'' if error is None else error.message.encode(), dtype='u1')
        """,
        System.Text.Encoding.UTF8.GetBytes($"[{Schema.ToJsonString()}, {json}]")));

    /// <summary>Skipped where Python has no jsonschema.</summary>
    private sealed class SchemaTheoryAttribute : TheoryAttribute
    {
        private static readonly Lazy<string?> Missing = new(() =>
        {
            if (Numpy.Reason is { } reason) return reason;
            byte[] found = Numpy.Run("import importlib.util\nfound = importlib.util.find_spec('jsonschema') is not None\nresult = np.array([found], dtype='u1')", []);
            return found[0] == 1 ? null : "this Python has no jsonschema";
        });

        public SchemaTheoryAttribute() => Skip = Missing.Value;
    }
}
