using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients;

/// <summary>A theory with a browser; skipped, with the reason, where there is none.</summary>
internal sealed class BrowserTheoryAttribute : TheoryAttribute
{
    private const string Program = "/usr/bin/chromium";

    public BrowserTheoryAttribute() => Skip = Missing;

    /// <summary>Scripts.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Clients, "neuroglancer");

    /// <summary>Why there is no browser, with the next step; null if there is one.</summary>
    public static string? Missing { get; } =
        !File.Exists(Program) ? $"there is no {Program}; install/test installs it"
        : !Directory.Exists(Path.Combine(Folder, "node_modules", "playwright-core"))
            ? "there is no Playwright; run install/test, or `npm ci` in ZarrFs.Tests/Clients/neuroglancer"
            : null;
}

/// <summary>A test with a browser; skipped, with the reason, where there is none.</summary>
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = BrowserTheoryAttribute.Missing;
}
