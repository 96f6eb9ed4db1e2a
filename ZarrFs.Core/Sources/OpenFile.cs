using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Tiff;

namespace ZarrFs.Core.Sources;

/// <summary>A file that is open for reading, with its pages. Lives in a <see cref="FileCache"/>.</summary>
internal sealed class OpenFile
{
    private readonly TiffPage? _page;
    private readonly TiffFile? _tiff;

    public OpenFile(SourceFile file, SafeFileHandle handle, string path, TiffPage page)
    {
        Path = path;
        File = file;
        Handle = handle;
        Holes = Holes.Of(handle);
        _page = page;
    }

    public OpenFile(SourceFile file, SafeFileHandle handle, string path, TiffFile tiff)
    {
        Path = path;
        File = file;
        Handle = handle;
        Holes = Holes.Of(handle);
        _tiff = tiff;
    }

    public SourceFile File { get; }

    public SafeFileHandle Handle { get; }

    /// <summary>Where it is 0 without being read; null if nowhere.</summary>
    public Holes? Holes { get; }

    /// <summary>Its path, made once: readers ask for it plane by plane.</summary>
    public string Path { get; }

    /// <summary>Readers that hold it now; guarded by the cache's lock.</summary>
    public int Users { get; set; }

    /// <summary>Place in the cache's order of use; null for one that is only to be closed. Guarded by the cache's lock.</summary>
    public LinkedListNode<OpenFile>? Node { get; set; }

    /// <summary>Number of pages.</summary>
    public int Pages => _tiff?.Count ?? 1;

    /// <summary>A page by its number.</summary>
    /// <exception cref="Failures.SourceException">The page is bad by itself.</exception>
    public TiffPage Page(int index) => _page ?? _tiff!.Page(index);

    /// <summary>Why a page is bad, or null.</summary>
    public Failures.SourceException? Failure(int index) => _tiff?.Failure(index);

    /// <summary>
    /// True if size and time are still those of the listing. Asked after the voxels were read: what was read before a change is old and
    /// good. (A change within the clock tick of the listing itself, 1 to 4 ms, cannot be seen.)
    /// </summary>
    public bool IsUnchanged() => File.IsSame(Handle);
}
