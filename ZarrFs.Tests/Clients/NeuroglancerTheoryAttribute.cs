using ZarrFs.Host.Http.Viewer;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients;

/// <summary>A theory with Neuroglancer in a browser; skipped, with the reason, where one of the two is missing.</summary>
internal sealed class NeuroglancerTheoryAttribute : TheoryAttribute
{
    private const string Browser = "/usr/bin/chromium";

    /// <summary>Scripts.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Clients, "neuroglancer");

    public NeuroglancerTheoryAttribute()
    {
        if (!File.Exists(Browser)) Skip = $"there is no {Browser}; install/test installs it";
        else if (!Directory.Exists(Path.Combine(Folder, "node_modules", "playwright-core")))
            Skip = "there is no Playwright; run install/test, or `npm ci` in ZarrFs.Tests/Clients/neuroglancer";
        else if (ViewerFiles.Find(ViewerFiles.Folder) is null || !Directory.Exists(Path.Combine(Repository.Root, "ZarrFs.Host", "Viewer", "dist")))
            Skip = "Neuroglancer is not built; run install/test, or `npm ci && npm run build` in ZarrFs.Host/Viewer, and build the tests anew";
    }
}
