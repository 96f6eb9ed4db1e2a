namespace ZarrFs.Tests.Clients.Harness;

/// <summary>A volume whose name needs encoding, shown by the mount and by all doors of one process.</summary>
public sealed class DoorsShowcase : IDisposable
{
    internal const string Volume = "Scan 1é";

    private readonly Workspace _workspace = new();
    private readonly Lazy<ZarrFsProcess> _process;

    public DoorsShowcase() => _process = new Lazy<ZarrFsProcess>(() =>
    {
        string source = _workspace.Folder("source");
        SmallVolume.Write(source);
        return ZarrFsProcess.Start(
            "run", source, "--mount", _workspace.Folder("mount"), "--listen", "127.0.0.1:0", "--chunk-size", "32", "--name", Volume, "--memory", "256MB", "--preview", "off");
    });

    /// <summary>The mountpoint: what other doors show must be the same.</summary>
    internal string MountPath => _process.Value.MountPath;

    internal string Address => _process.Value.Address;

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
        _workspace.Dispose();
    }
}

/// <summary>Tests that look at one <see cref="DoorsShowcase"/>.</summary>
[CollectionDefinition(Name)]
public sealed class DoorsShowcaseTests : ICollectionFixture<DoorsShowcase>
{
    internal const string Name = "doors";
}
