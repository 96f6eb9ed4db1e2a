using Microsoft.Win32.SafeHandles;

namespace ZarrFs.Core.Materialize.Stores;

/// <summary>Forces what was written to the disk; returns when it is there.</summary>
internal interface IDiskSync : IDisposable
{
    /// <summary>A file's bytes and length.</summary>
    void File(SafeFileHandle file);

    /// <summary>The names in a directory.</summary>
    void Directory(string path);

    /// <summary>Everything of the store's file system.</summary>
    void FileSystem();
}
