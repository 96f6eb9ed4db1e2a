using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Tiff;

namespace ZarrFs.Core.Sources;

/// <summary>A file as it was when its directory was listed, and what has been found out about it since.</summary>
internal class SourceFile
{
    private volatile SourceException? _failure;
    private volatile TiffPage? _page;
    private volatile bool _isSuspect;
    private volatile bool _isReplaced;
    private TiffFile? _tiff;

    public SourceFile(string name, long size, DateTime modified)
    {
        Name = name;
        Size = size;
        Modified = modified;
    }

    /// <summary>Name without the directory.</summary>
    public string Name { get; }

    /// <summary>The <see cref="Size"/> of a file that is not there any more.</summary>
    public const long Gone = -1;

    /// <summary>Bytes.</summary>
    public long Size { get; }

    /// <summary>Time of the last change, UTC.</summary>
    public DateTime Modified { get; }

    /// <summary>Its place among the files of its source.</summary>
    public int Number { get; set; }

    /// <summary>True if it was not there when it was looked at last.</summary>
    public bool IsGone => Size == Gone;

    /// <summary>True when a reader has found it to be another than this: what was decoded of it may be either's, even if it is put back as it was.</summary>
    public bool IsSuspect
    {
        get => _isSuspect;
        set => _isSuspect = value;
    }

    /// <summary>True when another object stands for the file as it is now; set under the lock of <see cref="FileCache"/>.</summary>
    public bool IsReplaced
    {
        get => _isReplaced;
        set => _isReplaced = value;
    }

    /// <summary>Why no voxel of the file may be used any more, or null. Once set it stays.</summary>
    public SourceException? Failure
    {
        get => _failure;
        set => _failure = value;
    }

    /// <summary>The only page of a file whose segments follow one another, kept so that opening it again needs no parsing.</summary>
    public TiffPage? Page
    {
        get => _page;
        set => _page = value;
    }

    /// <summary>True if an open file has this size and time.</summary>
    public bool IsSame(SafeFileHandle handle)
    {
        if (!OperatingSystem.IsLinux()) return RandomAccess.GetLength(handle) == Size && File.GetLastWriteTimeUtc(handle) == Modified;
        Libc.FileStatus now = Libc.Status(handle); // one call instead of two: asked after each row of a preview
        return (long)now.Size == Size && now.Modified.ToDateTime() == Modified;
    }

    /// <summary>The same file for another source, which has its own open files and failures.</summary>
    /// <param name="tiff">Its directories, if they have just been read: the next opening takes them.</param>
    public SourceFile Copy(TiffFile? tiff = null) => new(Name, Size, Modified) { _tiff = tiff };

    /// <summary>The same file as it is now; nothing of what was found out about this one holds for it.</summary>
    public virtual SourceFile Successor(long size, DateTime modified) => new(Name, size, modified) { Number = Number };

    /// <summary>Gives away the directories that were read before, if they were.</summary>
    public TiffFile? TakeTiff() => Interlocked.Exchange(ref _tiff, null);

    /// <summary>The open file, or null. Belongs to <see cref="FileCache"/>.</summary>
    public OpenFile? Open { get; set; }
}
