using System.Collections.Concurrent;
using System.Text.Json;

namespace ZarrFs.Tests.Clients.Harness;

/// <summary>
/// All of <see cref="Recipes"/>, shown by one process through the mount and HTTP; and what each reader found, asked once for all volumes,
/// since starting a reader takes longer than reading.
/// </summary>
public sealed class Showcase : IDisposable
{
    /// <summary>The budget for all volumes together: less than they have, so that chunks leave the cache and are made again.</summary>
    internal const long MemoryBytes = 230L << 20;

    private readonly Workspace _workspace = new();
    private readonly Lazy<ZarrFsProcess> _process;
    private readonly Lazy<Stores> _stores;
    private readonly ConcurrentDictionary<string, Lazy<Dictionary<string, string?>>> _verdicts = new(StringComparer.Ordinal);

    public Showcase()
    {
        _process = new Lazy<ZarrFsProcess>(Start);
        _stores = new Lazy<Stores>(() => new Stores(this));
    }

    /// <summary>The mountpoint.</summary>
    internal string MountPath => _process.Value.MountPath;

    /// <summary>The address over HTTP.</summary>
    internal string Address => _process.Value.Address;

    /// <summary>Where the sources and the expected arrays are.</summary>
    internal string Root => _workspace.Root;

    /// <summary>The same volumes, written out.</summary>
    internal Stores Stores => _stores.Value;

    /// <summary>Room for what a test makes.</summary>
    internal string At(string name) => _workspace.At(name);

    /// <summary>Fails unless a reader, given the mount, found a volume to be as it must.</summary>
    internal void CheckMount(string script, string volume) => Check($"{script} on the mount", volume, () => Script.RunPython(script, Arguments(MountPath)));

    /// <summary>Fails unless a reader, given the address, found a volume to be as it must.</summary>
    internal void CheckHttp(string script, string volume) => Check($"{script} over HTTP", volume, () => Script.RunPython(script, Arguments(Address)));

    /// <summary>Fails unless a reader in JavaScript, given the address, found a volume to be as it must.</summary>
    internal void CheckNode(string script, string volume) => Check($"{script} over HTTP", volume, () => Script.RunNode(script, Arguments(Address)));

    public void Dispose()
    {
        if (_process.IsValueCreated) _process.Value.Dispose();
        _workspace.Dispose();
    }

    /// <summary>Fails unless a reader, run once for all volumes, found this one to be as it must.</summary>
    internal void Check(string key, string volume, Func<Tool> run)
    {
        Dictionary<string, string?> verdicts = _verdicts.GetOrAdd(
            key, _ => new(() => JsonSerializer.Deserialize<Dictionary<string, string?>>(run().Output)!)).Value;
        Assert.True(verdicts.TryGetValue(volume, out string? problem), $"{key} said nothing about {volume}");
        Assert.True(problem is null, $"{key}: {volume}: {problem}\n{_process.Value.ErrorLog}");
    }

    private object Arguments(string root) => new { root, workspace = _workspace.Root };

    private ZarrFsProcess Start()
    {
        string recipes = _workspace.Write("recipes.json", JsonSerializer.Serialize(Recipes.All, JsonSerializerOptions.Web));
        Script.RunPython("make_volumes", new { workspace = _workspace.Root, recipes });

        using JsonDocument made = JsonDocument.Parse(File.ReadAllBytes(_workspace.At("volumes.json")));
        var volumes = Recipes.All.Select(recipe => new Dictionary<string, string>(recipe.View, StringComparer.Ordinal)
        {
            ["source"] = made.RootElement.GetProperty(recipe.Name).GetProperty("source").GetString()!,
            ["name"] = recipe.Name,
        });
        string configuration = JsonSerializer.Serialize(new
        {
            volumes,
            mount = new { path = _workspace.Folder("mount") },
            http = new { listen = "127.0.0.1:0" },
            memory = $"{MemoryBytes >> 20}MB",
        });
        return ZarrFsProcess.Start("run", "--config", _workspace.Write("zarrfs.json", configuration));
    }
}

/// <summary>Tests that share one <see cref="Showcase"/>.</summary>
[CollectionDefinition(Name)]
public sealed class ShowcaseTests : ICollectionFixture<Showcase>
{
    public const string Name = "showcase";
}
