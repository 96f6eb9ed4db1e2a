using System.Text.Json;
using System.Text.RegularExpressions;

namespace ZarrFs.Tests.Clients.Harness;

/// <summary>
/// A volume whose name needs encoding, shown by the mount and by all doors of one process; and by another one, together with a second volume, where one
/// has to have a token or its access key, which open the first volume alone.
/// </summary>
public sealed class DoorsShowcase : IDisposable
{
    internal const string Volume = "Scan 1é";

    private readonly Workspace _workspace = new();
    private readonly Lazy<string> _source;
    private readonly Lazy<ZarrFsProcess> _process;
    private readonly Lazy<(ZarrFsProcess Process, string Token, string AccessKey, string Secret)> _guarded;

    public DoorsShowcase()
    {
        _source = new Lazy<string>(() =>
        {
            string source = _workspace.Folder("source");
            SmallVolume.Write(source);
            return source;
        });
        _process = new Lazy<ZarrFsProcess>(() => ZarrFsProcess.Start(
            "run", _source.Value, "--mount", _workspace.Folder("mount"), "--listen", "127.0.0.1:0", "--chunk-size", "32", "--name", Volume, "--memory", "256MB", "--preview", "off"));
        _guarded = new(StartGuarded);
    }

    /// <summary>The mountpoint: what other doors show must be the same.</summary>
    internal string MountPath => _process.Value.MountPath;

    internal string Address => _process.Value.Address;

    /// <summary>Where one has to say who he is.</summary>
    internal string GuardedAddress => _guarded.Value.Process.Address;

    internal string Token => _guarded.Value.Token;

    internal (string Id, string Secret) AccessKey => (_guarded.Value.AccessKey, _guarded.Value.Secret);

    /// <summary>Room for what a test makes.</summary>
    internal string At(string name) => _workspace.At(name);

    internal string Folder(string name) => _workspace.Folder(name);

    internal string Write(string name, string content) => _workspace.Write(name, content);

    /// <summary>Fails unless a directory holds what the mount shows, and nothing else.</summary>
    internal void CheckCopy(string copy)
    {
        Tool.Run("diff", ["-r", copy, MountPath]).Expect();
        Assert.Equal(2, Directory.GetDirectories(copy).Length);
        Assert.True(Directory.EnumerateFiles(copy, "*", SearchOption.AllDirectories).Count() > 60);
    }

    public void Dispose()
    {
        if (_process.IsValueCreated) _process.Value.Dispose();
        if (_guarded.IsValueCreated) _guarded.Value.Process.Dispose();
        _workspace.Dispose();
    }

    private (ZarrFsProcess Process, string Token, string AccessKey, string Secret) StartGuarded()
    {
        string tokens = _workspace.At("tokens.json");
        Tool made = ZarrFsProcess.Run("token", "create", "--s3", "--volume", Volume, "--token-file", tokens).Expect();
        string token = Regex.Match(made.Output, "/t/(?<token>[^/]+)/", RegexOptions.ExplicitCapture, TimeSpan.FromMinutes(2)).Groups["token"].Value;
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(tokens));
        JsonElement key = file.RootElement.GetProperty("tokens")[0].GetProperty("accessKey");
        Dictionary<string, string>[] volumes = [.. new[] { Volume, "hidden" }.Select(name => new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["source"] = _source.Value, ["name"] = name, ["chunkSize"] = "32",
        })];
        string configuration = JsonSerializer.Serialize(new { volumes, http = new { listen = "127.0.0.1:0", tokenFile = tokens }, memory = "256MB", preview = "off" });
        var process = ZarrFsProcess.Start("run", "--config", _workspace.Write("guarded.json", configuration));
        return (process, token, key.GetProperty("id").GetString()!, key.GetProperty("secret").GetString()!);
    }
}

/// <summary>Tests that look at one <see cref="DoorsShowcase"/>.</summary>
[CollectionDefinition(Name)]
public sealed class DoorsShowcaseTests : ICollectionFixture<DoorsShowcase>
{
    internal const string Name = "doors";
}
