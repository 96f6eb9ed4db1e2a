namespace ZarrFs.Tests.Corpus;

/// <summary>Files that this process holds open: a leak shows here.</summary>
internal static class OpenFiles
{
    /// <summary>Descriptors of files below a directory.</summary>
    public static int Below(string directory) => Directory.EnumerateFiles("/proc/self/fd").Count(link => Target(link).StartsWith(directory, StringComparison.Ordinal));

    private static string Target(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: false)?.FullName ?? "";
        }
        catch (IOException)
        {
            return ""; // closed meanwhile, by another thread
        }
    }
}
