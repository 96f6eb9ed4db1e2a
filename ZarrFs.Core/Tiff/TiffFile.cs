using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Tiff.Descriptions;

namespace ZarrFs.Core.Tiff;

/// <summary>
/// The pages of a file by their places in its main chain of directories, smaller copies and masks among them. Directories that hang below
/// a page (SubIFDs: the lower levels of a pyramid) are not followed: the full resolution is all that is shown.
/// <para>
/// ImageJ writes stacks above 4 GiB, and tifffile its "truncated" ones, as a single directory followed by all planes. Such planes are pages
/// here too, counted on from the last directory; those past the end of the file are bad ones.
/// </para>
/// </summary>
internal sealed class TiffFile
{
    private const int MostBad = 4096;

    // More planes than that are not lost with the end of a file: the description is another file's.
    private const int MostCut = 1 << 16;

    private readonly TiffPage?[] _pages;
    private readonly Dictionary<int, SourceException> _failures = [];
    private readonly Dictionary<int, (long Width, long Height)> _sizesOfBad = [];
    private readonly Dictionary<int, PageKind> _kinds = [];
    private readonly string _path;
    private readonly long _length;
    private readonly int _planes;

    private TiffFile(TiffReader reader, PageLayout? like, Photometric photometric)
    {
        _path = reader.Path;
        _length = reader.Length;
        List<TiffPage?> pages = [];
        TiffDirectory? first = null;
        foreach (TiffDirectory directory in reader.Directories())
        {
            if (first is null)
            {
                first = directory;
                // ImageJ's lookup tables, inverting ones too, are how a channel is displayed: the stored numbers are its data.
                if (ImageJDescription.IsStartOf(directory.TextStart(TiffTag.ImageDescription))) photometric = Photometric.Ignore;
            }

            TiffPage? page = Parse(directory, like, photometric);
            pages.Add(page);
            HasSubIfds |= directory.Has(TiffTag.SubIfds);
            // Nobody's stack begins with so many: what is walked here are no directories.
            if (_failures.Count == pages.Count && pages.Count == MostBad) throw _failures[0];
            // Each costs some 90 µs and 1 KB, for its message.
            if (_failures.Count > MostBad) throw new TiffFormatException(_path, $"more than {MostBad} of its pages cannot be read, the last one: {_failures[directory.Page].Detail}");
            if (page is not null && Kind(directory.Page) == PageKind.Full) like = page.Layout;
        }

        _pages = [.. pages];
        _planes = _pages is [{ } only] ? PlanesBehind(first!, only, _length) : 0;
        Full = [.. Enumerable.Range(0, Count).Where(page => Kind(page) == PageKind.Full)];
    }

    /// <summary>True if smaller copies hang below some of the pages.</summary>
    public bool HasSubIfds { get; }

    /// <summary>Number of pages of any kind.</summary>
    public int Count => _pages.Length + _planes;

    /// <summary>The pages that are images of their own, also bad ones, in order. The first page is always one of them.</summary>
    public IReadOnlyList<int> Full { get; }

    /// <summary>Reads all directories of a file.</summary>
    /// <param name="handle">The file, open for reading.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="like">A layout the pages are expected to have; shared if they have it.</param>
    /// <param name="photometric">Whether min-is-white and palettes are carried out.</param>
    /// <exception cref="TiffFormatException">Not a TIFF, or a broken chain of directories. A page that is bad by itself throws when it is asked for.</exception>
    /// <exception cref="IOException">A read failed.</exception>
    public static TiffFile Read(SafeFileHandle handle, string path, long length, PageLayout? like = null, Photometric photometric = Photometric.Apply)
    {
        using TiffReader reader = new(handle, path, length);
        return new TiffFile(reader, like, photometric);
    }

    /// <summary>What a page is to the others.</summary>
    public PageKind Kind(int index) => _kinds.GetValueOrDefault(index);

    /// <summary>A page by its place.</summary>
    /// <exception cref="SourceException">The page is malformed, not in the file, or of a kind that is not read.</exception>
    public TiffPage Page(int index)
    {
        if (Failure(index) is { } failure) throw failure;
        return index < _pages.Length ? _pages[index]! : Behind(index, out _);
    }

    /// <summary>Why a page cannot be read, or null if it can.</summary>
    public SourceException? Failure(int index)
    {
        if (index < _pages.Length) return _failures.GetValueOrDefault(index);
        TiffPage plane = Behind(index, out long bytes);
        long end = plane.Offset(0) + bytes;
        if (end <= _length) return null;
        return new TiffFormatException(
            _path, $"plane {index} of the {Count} behind one directory ends at byte {end}, past the end of the file ({_length} bytes)");
    }

    /// <summary>The width and height that a bad page states, or null if it states none.</summary>
    public (long Width, long Height)? SizeOfBad(int index) => _sizesOfBad.TryGetValue(index, out (long, long) size) ? size : null;

    private TiffPage? Parse(TiffDirectory directory, PageLayout? like, Photometric photometric)
    {
        try
        {
            // A file of only smaller copies would have no page at all: its first one stands, whatever it says.
            if (directory.Page > 0 && KindOf(directory) is var kind and not PageKind.Full) _kinds.Add(directory.Page, kind);
            return PageParser.Parse(directory, like, photometric);
        }
        catch (SourceException failure)
        {
            _failures.Add(directory.Page, failure);
        }

        try
        {
            _sizesOfBad.Add(directory.Page, (directory.Required(TiffTag.ImageWidth), directory.Required(TiffTag.ImageLength)));
        }
        catch (TiffFormatException)
        {
            // The failure above says it.
        }

        return null;
    }

    private TiffPage Behind(int index, out long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        TiffPage last = _pages[^1]!;
        bytes = last.Layout.Bytes;
        return last.Shifted(index, (index - _pages.Length + 1) * bytes);
    }

    private static PageKind KindOf(TiffDirectory directory)
    {
        long flags = directory.Integer(TiffTag.NewSubfileType, 0);
        return (flags & 1) != 0 ? PageKind.Reduced : (flags & 4) != 0 ? PageKind.Mask : PageKind.Full;
    }

    /// <summary>How many planes follow the samples of the only directory.</summary>
    private static int PlanesBehind(TiffDirectory directory, TiffPage page, long length)
    {
        if (!page.IsContiguous || page.Layout.IsTiled) return 0;
        long bytes = page.Layout.Bytes;
        long start = page.Offset(0);
        // Where not even a second plane fits, the description is older than the file: an editor has kept one plane and the text.
        if (bytes > (length - start) / 2) return 0;
        long planes = Stated(directory, page.Layout);
        if (planes < 2 || planes > TiffReader.MostDirectories || planes - (length - start) / bytes > MostCut) return 0;
        // A directory among the planes means that other things than planes are behind the first one.
        if (directory.Offset > start && (directory.Offset - start) / bytes < planes) return 0;
        return (int)planes - 1;
    }

    private static long Stated(TiffDirectory directory, PageLayout layout)
    {
        try
        {
            string? text = directory.Text(TiffTag.ImageDescription);
            if (ImageJDescription.Parse(text) is { } imageJ) return imageJ.Images ?? 1;
            return ShapedDescription.Parse(text) is { IsTruncated: true } shaped ? shaped.Samples / (layout.Width * layout.Height * layout.Samples) : 1;
        }
        catch (TiffFormatException)
        {
            return 1;
        }
    }

}
