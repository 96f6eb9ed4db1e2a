namespace ZarrFs.Tests.Configuration;

/// <summary>Files of the repository that a user reads or copies.</summary>
internal static class RepositoryFiles
{
    public static string Config { get; } = Path.Combine(Root(), "config");

    /// <summary>The default configuration and all examples, relative to <see cref="Config"/>.</summary>
    public static TheoryData<string> Configurations() =>
        [.. Directory.GetFiles(Config, "*.json", SearchOption.AllDirectories).Where(f => !f.EndsWith(".schema.json", StringComparison.Ordinal)).Select(f => Path.GetRelativePath(Config, f))];

    private static string Root()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "ZarrFs.sln"))) directory = Path.GetDirectoryName(directory);
        return directory ?? throw new InvalidOperationException($"ZarrFs.sln is in no directory above {AppContext.BaseDirectory}");
    }
}
