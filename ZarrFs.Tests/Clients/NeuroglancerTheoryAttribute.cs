using ZarrFs.Host.Http.Viewer;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients;

/// <summary>A theory with Neuroglancer in a browser; skipped, with the reason, where one of the two is missing.</summary>
internal sealed class NeuroglancerTheoryAttribute : TheoryAttribute
{
    public NeuroglancerTheoryAttribute() => Skip = Reason;

    /// <summary>Why a test with it cannot run here; null if it can.</summary>
    public static string? Reason { get; } = BrowserTheoryAttribute.Missing ?? FindReason();

    private static string? FindReason() =>
        ViewerFiles.Find(ViewerFiles.Folder) is null || !Directory.Exists(Path.Combine(Repository.Root, "ZarrFs.Host", "Viewer", "dist"))
            ? "Neuroglancer is not built; run install/test, or `npm ci && npm run build` in ZarrFs.Host/Viewer, and build the tests anew"
            : null;
}

/// <summary>A test with Neuroglancer in a browser; skipped, with the reason, where one of the two is missing.</summary>
internal sealed class NeuroglancerFactAttribute : FactAttribute
{
    public NeuroglancerFactAttribute() => Skip = NeuroglancerTheoryAttribute.Reason;
}
