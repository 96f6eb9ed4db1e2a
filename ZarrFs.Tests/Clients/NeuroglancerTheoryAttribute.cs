using ZarrFs.Host.Http.Viewer;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients;

/// <summary>A theory with Neuroglancer in a browser; skipped, with the reason, where one of the two is missing.</summary>
internal sealed class NeuroglancerTheoryAttribute : TheoryAttribute
{
    private const string Browser = "/usr/bin/chromium";

    /// <summary>Scripts.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Clients, "neuroglancer");

    /// <summary>Why a test with it cannot run here; null if it can.</summary>
    public static string? Reason { get; } = FindReason();

    public NeuroglancerTheoryAttribute() => Skip = Reason;

    private static string? FindReason()
    {
        if (!File.Exists(Browser)) return $"there is no {Browser}; install/test installs it";
        if (!Directory.Exists(Path.Combine(Folder, "node_modules", "playwright-core")))
            return "there is no Playwright; run install/test, or `npm ci` in ZarrFs.Tests/Clients/neuroglancer";
        if (ViewerFiles.Find(ViewerFiles.Folder) is null || !Directory.Exists(Path.Combine(Repository.Root, "ZarrFs.Host", "Viewer", "dist")))
            return "Neuroglancer is not built; run install/test, or `npm ci && npm run build` in ZarrFs.Host/Viewer, and build the tests anew";
        return null;
    }
}

/// <summary>A test with Neuroglancer in a browser; skipped, with the reason, where one of the two is missing.</summary>
internal sealed class NeuroglancerFactAttribute : FactAttribute
{
    public NeuroglancerFactAttribute() => Skip = NeuroglancerTheoryAttribute.Reason;
}
