namespace ZarrFs.Tests.Clients.Harness;

/// <summary>The source tree. The scripts of the readers are run where they are in it, since node looks for packages there.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Clients { get; } = Path.Combine(Root, "ZarrFs.Tests", "Clients");

    private static string FindRoot()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "ZarrFs.sln"))) return directory.FullName;
        }

        throw new DirectoryNotFoundException($"no ZarrFs.sln above {AppContext.BaseDirectory}");
    }
}
