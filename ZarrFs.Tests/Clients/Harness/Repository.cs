namespace ZarrFs.Tests.Clients.Harness;

/// <summary>Where the scripts of the readers are: beside their sources, since node looks for packages there.</summary>
internal static class Repository
{
    public static string Clients { get; } = Path.Combine(FindRoot(), "ZarrFs.Tests", "Clients");

    private static string FindRoot()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "ZarrFs.sln"))) return directory.FullName;
        }

        throw new DirectoryNotFoundException($"no ZarrFs.sln above {AppContext.BaseDirectory}");
    }
}
