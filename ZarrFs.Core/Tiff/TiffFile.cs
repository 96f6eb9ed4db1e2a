using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;

namespace ZarrFs.Core.Tiff;

/// <summary>The pages of a file, without its reduced-resolution copies.</summary>
internal sealed class TiffFile
{
    private readonly TiffPage?[] _pages;
    private readonly Dictionary<int, SourceException> _failures;

    private TiffFile(TiffPage?[] pages, Dictionary<int, SourceException> failures, TiffCalibration calibration)
    {
        _pages = pages;
        _failures = failures;
        Calibration = calibration;
    }

    /// <summary>Number of pages.</summary>
    public int Count => _pages.Length;

    /// <summary>What the first page says about itself.</summary>
    public TiffCalibration Calibration { get; }

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
        List<TiffPage?> pages = [];
        Dictionary<int, SourceException> failures = [];
        TiffCalibration calibration = default;
        foreach (TiffDirectory directory in reader.Directories())
        {
            try
            {
                // A file of only reduced copies would have no page at all: its first one stands, whatever it says.
                if (PageParser.IsReduced(directory) && directory.Page > 0) continue;

                if (pages.Count == 0) calibration = TiffCalibration.Read(directory);
                // ImageJ's lookup tables, inverting ones too, are how a channel is displayed: the stored numbers are its data.
                TiffPage page = PageParser.Parse(directory, like, calibration.IsImageJ ? Photometric.Ignore : photometric);
                like = page.Layout;
                pages.Add(page);
            }
            catch (SourceException failure)
            {
                failures.Add(pages.Count, failure);
                pages.Add(null);
            }
        }

        return new TiffFile([.. pages], failures, calibration);
    }

    /// <summary>A page by its place among the pages.</summary>
    /// <exception cref="SourceException">The page is malformed, not in the file, or of a kind that is not read.</exception>
    public TiffPage Page(int index) => _pages[index] ?? throw _failures[index];

    /// <summary>Why a page cannot be read, or null if it can.</summary>
    public SourceException? Failure(int index) => _failures.GetValueOrDefault(index);
}
