using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients;

/// <summary>A theory with Neuroglancer in a browser; skipped, with the reason, where one of the two is missing.</summary>
internal sealed class NeuroglancerTheoryAttribute : TheoryAttribute
{
    private const string Browser = "/usr/bin/chromium";

    /// <summary>Page, scripts and bundle.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Clients, "neuroglancer");

    public NeuroglancerTheoryAttribute()
    {
        if (!File.Exists(Browser)) Skip = $"there is no {Browser}; install/test installs it";
        else if (!File.Exists(Path.Combine(Folder, "bundle", "index.html")) || !Directory.Exists(Path.Combine(Folder, "node_modules", "playwright-core")))
            Skip = "Neuroglancer is not built; run install/test, or `npm ci && npm run build` in ZarrFs.Tests/Clients/neuroglancer";
    }
}
