using ZarrFs.Core.Failures;
using ZarrFs.Core.Tiff;

namespace ZarrFs.Core.Sources;

/// <summary>A file as it was when its directory was listed, and what has been found out about it since.</summary>
internal class SourceFile
{
    private volatile SourceException? _failure;
    private volatile TiffPage? _page;
    private TiffFile? _tiff;

    public SourceFile(string name, long size, DateTime modified)
    {
        Name = name;
        Size = size;
        Modified = modified;
    }

    /// <summary>Name without the directory.</summary>
    public string Name { get; }

    /// <summary>Bytes.</summary>
    public long Size { get; }

    /// <summary>Time of the last change, UTC.</summary>
    public DateTime Modified { get; }

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

    /// <summary>The same file for another source, which has its own open files and failures.</summary>
    /// <param name="tiff">Its directories, if they have just been read: the next opening takes them.</param>
    public SourceFile Copy(TiffFile? tiff = null) => new(Name, Size, Modified) { _tiff = tiff };

    /// <summary>Gives away the directories that were read before, if they were.</summary>
    public TiffFile? TakeTiff() => Interlocked.Exchange(ref _tiff, null);

    /// <summary>The open file, or null. Belongs to <see cref="FileCache"/>.</summary>
    public OpenFile? Open { get; set; }
}
