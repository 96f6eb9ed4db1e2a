using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Stores;

namespace ZarrFs.Core.Sources;

/// <summary>
/// Where the files of a source may lie: in the directory that the user has named, wherever that is. Files to which symbolic links lead out of it
/// are refused unless links are to be followed. Asked of the open file: between the question and the reading nothing can be put in its place.
/// </summary>
internal sealed class SourceRoot
{
    /// <summary>For files that are not of a source, and where links are followed.</summary>
    public static readonly SourceRoot Anywhere = new("", null);

    private readonly string _directory;
    private readonly string? _file;
    private volatile string _real;

    private SourceRoot(string directory, string? file)
    {
        _directory = directory;
        _file = file;
        _real = directory.Length == 0 ? "" : RealDirectory(directory);
    }

    /// <summary>The place of a source.</summary>
    /// <param name="named">Absolute path of a file or directory; it may be a link itself, and so may any directory above it.</param>
    /// <param name="followsLinks">Whether links may lead anywhere.</param>
    public static SourceRoot Of(string named, bool followsLinks) =>
        followsLinks ? Anywhere : Directory.Exists(named) ? new SourceRoot(named, null) : new SourceRoot(Path.GetDirectoryName(named)!, named);

    /// <summary>Refuses a file that is not here.</summary>
    /// <param name="handle">The open file.</param>
    /// <param name="path">The path by which it was opened.</param>
    /// <exception cref="SourceException">It lies elsewhere.</exception>
    public void Check(SafeFileHandle handle, string path)
    {
        if (_directory.Length == 0 || path == _file) return;
        string real = RealPath(handle) ?? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        if (IsIn(real, _real) || IsIn(real, _directory)) return;

        // The directory may have got another name, or the link to it another end.
        _real = RealDirectory(_directory);
        if (!IsIn(real, _real))
            throw new SourceException(path, "a symbolic link leads out of the source's directory here; --follow-symlinks follows it"); // not where to: clients are told this
    }

    /// <summary>True for a link behind which there is no file, if it was listed like that.</summary>
    public static bool IsDangling(string path, SourceFile listed) =>
        new FileInfo(path) is { LinkTarget: not null } link && link.Length == listed.Size && DirectoryListing.FileBehind(path) is not { Exists: true };

    private static bool IsIn(string path, string directory) =>
        path.StartsWith(directory, StringComparison.Ordinal)
        && (Path.EndsInDirectorySeparator(directory) || (path.Length > directory.Length && path[directory.Length] == Path.DirectorySeparatorChar));

    private static string RealDirectory(string directory)
    {
        try
        {
            if (!OperatingSystem.IsLinux()) return Directory.ResolveLinkTarget(directory, returnFinalTarget: true)?.FullName ?? directory;
            using SafeFileHandle handle = Libc.Open(directory, Libc.ReadOnly);
            return RealPath(handle) ?? directory;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return directory; // whoever reads in it is told why it cannot be
        }
    }

    /// <summary>Where the system says that an open file is; null if it does not.</summary>
    private static string? RealPath(SafeFileHandle handle) =>
        OperatingSystem.IsLinux() ? new FileInfo($"/proc/self/fd/{handle.DangerousGetHandle()}").LinkTarget : null;
}
