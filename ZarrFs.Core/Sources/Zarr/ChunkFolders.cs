using System.IO.Enumeration;

namespace ZarrFs.Core.Sources.Zarr;

/// <summary>
/// The folders that an array's chunks lie in. Others are left alone: a link in a store may lead anywhere, to the store itself too.
/// </summary>
internal static class ChunkFolders
{
    /// <summary>How they are walked.</summary>
    /// <param name="depth">Levels of folders below the array's directory that are entered.</param>
    public static EnumerationOptions Options(int depth) => new()
    {
        AttributesToSkip = FileAttributes.None,
        IgnoreInaccessible = false,
        RecurseSubdirectories = depth > 0,
        MaxRecursionDepth = depth,
    };

    /// <summary>True for a folder that is named as those of chunks are: by a number, or by the <c>c</c> that all keys of v3 begin with.</summary>
    public static bool IsOne(ref FileSystemEntry entry) =>
        entry.IsDirectory && (entry.FileName is "c" || !entry.FileName.ContainsAnyExceptInRange('0', '9'));
}
