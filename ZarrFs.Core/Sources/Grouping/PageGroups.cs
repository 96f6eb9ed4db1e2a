using ZarrFs.Core.Failures;
using ZarrFs.Core.Tiff;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources.Grouping;

/// <summary>
/// Which pages of a file are the planes of one image. Pages of one width, height, number of samples and type, as they are stored, belong
/// together; the image is the group with the most voxels, the first of equals: a thumbnail before it, a label or an overview behind it do not
/// win over a stack, and one large image wins over its small copies. Smaller copies and masks marked as such never count.
/// <para>
/// A bad page stays in its place, so that the planes after it do not move: if it is malformed and its size is that of the image or cannot be
/// told, or if it is of a kind that is not read, its size is the image's, and such pages are fewer than those that can be read.
/// </para>
/// </summary>
internal sealed class PageGroups
{
    private const int MostOthers = 64;

    private readonly TiffFile _tiff;
    private readonly HashSet<int> _main;

    private PageGroups(TiffFile tiff, PageLayout layout, int[] main)
    {
        _tiff = tiff;
        Layout = layout;
        Main = main;
        _main = [.. main];
    }

    /// <summary>Layout of the first page of the image.</summary>
    public PageLayout Layout { get; }

    /// <summary>The pages of the image in order, bad ones among them.</summary>
    public IReadOnlyList<int> Main { get; }

    /// <summary>Groups the pages of a file.</summary>
    /// <exception cref="SourceException">No page can be read: what is wrong with the first.</exception>
    public static PageGroups Of(TiffFile tiff)
    {
        Dictionary<Kind, (int First, long Pages)> kinds = [];
        foreach (int page in tiff.Full)
        {
            if (tiff.Failure(page) is not null) continue;
            Kind kind = Kind.Of(tiff.Page(page).Layout);
            (int first, long pages) = kinds.GetValueOrDefault(kind, (page, 0));
            kinds[kind] = (first, pages + 1);
        }

        if (kinds.Count == 0) throw tiff.Failure(tiff.Full[0])!;
        (Kind main, (int start, long good)) = kinds.OrderByDescending(static kind => kind.Key.Voxels * kind.Value.Pages).ThenBy(static kind => kind.Value.First).First();
        bool tolerant = good > tiff.Full.Count(page => tiff.Failure(page) is UnsupportedException);
        return new PageGroups(tiff, tiff.Page(start).Layout, [.. tiff.Full.Where(page => Belongs(tiff, page, main, tolerant))]);
    }

    /// <summary>The pages outside the image, in words, runs of like ones together.</summary>
    public IReadOnlyList<string> Others() => Describe(_tiff, page => !_main.Contains(page));

    /// <summary>Pages in words, runs of like ones together.</summary>
    public static IReadOnlyList<string> Describe(TiffFile tiff, Predicate<int> which)
    {
        List<string> lines = tiff.HasSubIfds ? ["SubIFDs, the smaller copies that hang below pages"] : [];
        int page = 0;
        while (page < tiff.Count)
        {
            if (!which(page))
            {
                page++;
                continue;
            }

            string text = Describe(tiff, page);
            int start = page++;
            while (page < tiff.Count && which(page) && Describe(tiff, page) == text) page++;
            if (lines.Count < MostOthers) lines.Add(page - start == 1 ? $"page {start}: {text}" : $"pages {start} to {page - 1}: {text}");
            else if (lines.Count == MostOthers) lines.Add("and more");
        }

        return lines;
    }

    private static string Describe(TiffFile tiff, int page)
    {
        string kind = tiff.Kind(page) switch
        {
            PageKind.Reduced => ", reduced copy",
            PageKind.Mask => ", mask",
            _ => "",
        };
        if (tiff.Failure(page) is { } failure) return $"cannot be read{kind} ({failure.Detail})";
        PageLayout layout = tiff.Page(page).Layout;
        string samples = layout.Samples == 1 ? "" : $" × {layout.Samples} samples";
        string bits = layout.Bits == 8 * layout.DataType.Size() ? "" : $" of {layout.Bits} bits";
        return $"{layout.Width} × {layout.Height}{samples} {layout.DataType.Name()}{bits}{kind}";
    }

    private static bool Belongs(TiffFile tiff, int page, Kind main, bool tolerant)
    {
        if (tiff.Failure(page) is not { } failure) return Kind.Of(tiff.Page(page).Layout) == main;
        bool alike = tiff.SizeOfBad(page) is { } size && size == (main.Width, main.Height);
        return failure is UnsupportedException ? alike && tolerant : alike || tiff.SizeOfBad(page) is null;
    }

    private readonly record struct Kind(long Width, long Height, int Samples, int Bits, DataType Type)
    {
        public static Kind Of(PageLayout layout) => new(layout.Width, layout.Height, layout.Samples, layout.Bits, layout.DataType);

        public Int128 Voxels => (Int128)Width * Height * Samples;
    }
}
