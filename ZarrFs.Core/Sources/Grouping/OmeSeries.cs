using ZarrFs.Core.Tiff;
using ZarrFs.Core.Tiff.Descriptions;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources.Grouping;

/// <summary>The pages that are the planes of an OME image.</summary>
internal sealed class OmeSeries
{
    // Images may share pages, but a thousand images of the same thousand pages are an attack.
    private const int MostShares = 4;

    private readonly Dictionary<int, long> _usedByAll = [];
    private readonly OmeFiles _files;
    private readonly string? _opened;
    private readonly List<string> _notes;

    /// <param name="files">The files of the set.</param>
    /// <param name="document">The document.</param>
    /// <param name="opened">Name of the file that was opened, or null if none was.</param>
    /// <param name="notes">Takes what is odd, in words.</param>
    public OmeSeries(OmeFiles files, OmeDocument document, string? opened, List<string> notes)
    {
        _files = files;
        _opened = opened;
        _notes = notes;
        if (opened is not null && FindRenamed(document) is { } renamed) files.Adopt(renamed);
    }

    /// <summary>Finds the planes of an image; null if it has none, or contradicts its pages.</summary>
    public ImageSeries? Of(OmeImage image)
    {
        if (Samples(image) is not { } samples) return Refuse(image, "its channels differ in their numbers of samples");
        long c = Math.Max(1, image.SizeC / samples);
        if (c > ushort.MaxValue || (Int128)image.SizeT * c * image.SizeZ > PlaneTable.MostPlanes)
            return Refuse(image, $"{image.SizeT} × {c} × {image.SizeZ} planes (t c z) are more than {PlaneTable.MostPlanes}");
        PlaneTable planes = new(image.SizeT, c, image.SizeZ);
        // No TiffData at all stands for one without attributes: all directories in order.
        IEnumerable<OmeTiffData> blocks = image.Blocks.Count > 0 ? image.Blocks : [default];
        bool astray = false;
        Dictionary<int, long> used = [];
        foreach (OmeTiffData block in blocks) astray |= !TryAdd(block, image.Order, planes, used);
        if (astray) _notes.Add($"OME image {image.Id}: some TiffData name directories or places that do not exist, or one twice; these are left out");
        if (planes.Count == 0) return Refuse(image, "none of its planes is there");
        return Check(image, planes, samples) is not { } wrong ? Series(image, planes, samples) : Refuse(image, wrong);
    }

    private static ImageSeries Series(OmeImage image, PlaneTable planes, long samples) => new()
    {
        Name = image.Name ?? image.Id,
        Planes = planes,
        VoxelSize = image.VoxelSize(),
        TimeStep = planes.T > 1 ? image.TimeStep() : null,
        Channels = samples == 1 ? Channels(image, planes.C) : [],
        Origin = "OME-TIFF",
    };

    private static ChannelInfo[] Channels(OmeImage image, long count)
    {
        ChannelInfo[] channels = new ChannelInfo[count];
        for (int c = 0; c < count; c++)
        {
            OmeChannel channel = c < image.Channels.Count ? image.Channels[c] : default;
            channels[c] = new ChannelInfo(string.IsNullOrWhiteSpace(channel.Name) ? null : channel.Name, channel.Color, Window: null);
        }

        return channels.All(static channel => channel == ChannelInfo.None) ? [] : channels;
    }

    /// <summary>Samples a pixel by the document, else by the first page where its channels would otherwise not fit; null if channels differ.</summary>
    private long? Samples(OmeImage image)
    {
        long? stated = image.Channels.Count > 0 ? image.Channels[0].Samples : null;
        if (image.Channels.Exists(channel => (channel.Samples ?? 1) != (stated ?? 1))) return null;
        if (stated is { } samples) return Math.Max(1, samples);
        if (_opened is null || _files.Open(0) is not { } tiff || tiff.Failure(0) is not null) return 1;
        int found = tiff.Page(0).Layout.Samples;
        bool fits = (Int128)image.SizeT * image.SizeC * image.SizeZ <= tiff.Full.Count;
        return found > 1 && !fits && image.SizeC % found == 0 ? found : 1;
    }

    /// <summary>Puts the directories of a block into their places; false if some do not exist, or if a page or a place is taken twice.</summary>
    private bool TryAdd(in OmeTiffData block, string order, PlaneTable planes, Dictionary<int, long> used)
    {
        if (block.T >= planes.T || block.C >= planes.C || block.Z >= planes.Z) return false;
        int? number = block.File is null ? (_opened is null ? null : 0) : _files.Find(block.File);
        if (number is not { } file) return true;
        long first = block.Ifd ?? 0;
        long place = PlaneOrder.Index(order, block.T, block.C, block.Z, planes);
        long left = planes.T * planes.C * planes.Z - place;
        // A directory without a count stands for itself, no directory for all of the file.
        long count = block.Planes is > 0 and { } stated ? stated : block.Ifd is null ? Pages(file) : 1;
        long end = _files.MostPages(file);
        bool whole = block.Planes is null || (count <= left && first + count <= end);
        count = Math.Min(Math.Min(count, left), end - first);
        // Pages that stand in several places would let a small file fill any memory.
        long before = used.GetValueOrDefault(file);
        long byAll = _usedByAll.GetValueOrDefault(file);
        if (before + count > end || byAll + count > MostShares * end) return false;
        used[file] = before + Math.Max(0, count);
        _usedByAll[file] = byAll + Math.Max(0, count);
        for (long i = 0; i < count; i++)
        {
            (long t, long c, long z) = PlaneOrder.Place(order, place + i, planes);
            if (!planes.TryAdd(t, c, z, new PlaneRef(file, (int)(first + i)))) return false;
        }

        return whole;
    }

    private long Pages(int file) => _files.Open(file)?.Count ?? 0;

    /// <summary>How the pages that can be looked at contradict the document, or null.</summary>
    private string? Check(OmeImage image, PlaneTable planes, long samples)
    {
        PageLayout? found = null;
        PlaneRef first = planes.All().Select(static place => place.Plane).Min(Comparer<PlaneRef>.Create(static (a, b) => (a.File, a.Page).CompareTo((b.File, b.Page))));
        if (_files.Open(first.File) is not { } tiff) return $"{_files.Files[first.File].Name} cannot be read";
        foreach (PlanePlace place in planes.All())
        {
            if (place.Plane.File != first.File || place.Plane.Page >= tiff.Count || tiff.Failure(place.Plane.Page) is not null) continue;
            PageLayout layout = tiff.Page(place.Plane.Page).Layout;
            if (layout == found) continue;
            if (layout.Width != image.SizeX || layout.Height != image.SizeY)
                return $"it has {image.SizeX} × {image.SizeY} pixels and page {place.Plane.Page} has {layout.Width} × {layout.Height}";
            if (layout.Samples != samples) return $"its channels have {samples} samples a pixel and page {place.Plane.Page} has {layout.Samples}";
            if (found is not null && (layout.DataType != found.DataType || layout.Channels != found.Channels)) return "its pages differ in type or samples";
            found = layout;
        }

        if (found is null) return "none of its pages can be read";
        if (image.Type is { } type && IsOtherThan(type, found.DataType))
            _notes.Add($"OME image {image.Id}: its type is {type} and that of the pages, which is shown, {found.DataType.Name()}");
        return null;
    }

    private static bool IsOtherThan(string type, DataType found) => type switch
    {
        "float" => found != DataType.Float32,
        "double" => found != DataType.Float64,
        "bit" => found != DataType.UInt8,
        _ => type != found.Name(),
    };

    /// <summary>
    /// The only file that a document names, if it is not there: then the opened one has been renamed, together with a document that does not
    /// say its own UUID.
    /// </summary>
    private OmeFileName? FindRenamed(OmeDocument document)
    {
        OmeFileName? only = null;
        foreach (OmeFileName? file in document.Images.SelectMany(static image => image.Blocks).Select(static block => block.File))
        {
            if (file is null || (only is not null && file != only)) return null;
            only = file;
        }

        return only is not null && _files.Find(only) is null ? only : null;
    }

    private ImageSeries? Refuse(OmeImage image, string why)
    {
        _notes.Add($"OME image {image.Id}{(image.Name is null ? "" : $" ({image.Name})")} is not shown: {why}");
        return null;
    }
}
