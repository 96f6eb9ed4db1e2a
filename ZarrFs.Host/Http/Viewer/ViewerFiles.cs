namespace ZarrFs.Host.Http.Viewer;

/// <summary>
/// The files of the built-in Neuroglancer, by their paths under <c>viewer/</c>: a table made at the start, so that no request ever names a file of this machine.
/// </summary>
internal sealed class ViewerFiles
{
    private const string Page = "index.html";

    private readonly Dictionary<string, ViewerFile> _byPath;

    private ViewerFiles(Dictionary<string, ViewerFile> byPath) => _byPath = byPath;

    /// <summary>Where the build lays them: beside the program.</summary>
    public static string Folder { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "viewer");

    /// <summary>Finds them; null where Neuroglancer was not built.</summary>
    public static ViewerFiles? Find(string folder)
    {
        if (!File.Exists(System.IO.Path.Combine(folder, Page))) return null;
        string[] paths = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)];
        Dictionary<string, ViewerFile> byPath = new(StringComparer.Ordinal);
        foreach (string path in paths.Where(path => !ViewerFile.IsPacked(path)))
            byPath.Add(System.IO.Path.GetRelativePath(folder, path).Replace(System.IO.Path.DirectorySeparatorChar, '/'), ViewerFile.Of(path));
        return new ViewerFiles(byPath);
    }

    /// <summary>The file at a path; the page at none. Null if there is nothing.</summary>
    public ViewerFile? At(ReadOnlySpan<char> path) =>
        _byPath.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(path.IsEmpty ? Page : path, out ViewerFile? file) ? file : null;
}
