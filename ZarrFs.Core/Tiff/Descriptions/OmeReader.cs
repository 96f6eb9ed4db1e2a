using System.Globalization;
using System.Xml;

namespace ZarrFs.Core.Tiff.Descriptions;

/// <summary>
/// Reads OME-XML element by element: no document type, no entities but the five of XML, nothing fetched, bounded in length, depth and
/// number of elements. Elements are known by their local names, since the namespace changes with each version of the schema.
/// </summary>
internal sealed class OmeReader
{
    /// <summary>Longest document: 100,000 planes with a <c>UUID</c> each have some 20 MB.</summary>
    public const int Longest = 32 << 20;

    private const int MostDepth = 64;
    private const int MostBlocks = 1 << 20;
    private const int MostImages = 4096;
    private const int MostChannels = 4096;

    private readonly XmlReader _xml;
    private readonly List<OmeImage> _images = [];
    private readonly Dictionary<(string? Uuid, string? Name), OmeFileName> _files = [];
    private string? _uuid;
    private string? _metadataFile;
    private int _blocks;

    private OmeReader(XmlReader xml) => _xml = xml;

    /// <summary>True if an ImageDescription is OME-XML.</summary>
    public static bool IsOme(string? text) => text is not null && text.AsSpan().TrimEnd().EndsWith("OME>", StringComparison.Ordinal);

    /// <summary>Reads a document.</summary>
    /// <exception cref="FormatException">It is not well-formed, not OME-XML, or larger than anything sensible.</exception>
    public static OmeDocument Read(string text)
    {
        XmlReaderSettings settings = new()
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = Longest,
            MaxCharactersFromEntities = 1,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            IgnoreWhitespace = true,
        };
        // Some writers leave rubbish before the declaration, or a declaration of an encoding that is not this string's.
        int start = text.IndexOf('<', StringComparison.Ordinal);
        if (start < 0) throw new FormatException("it holds no element");
        try
        {
            using StringReader characters = new(text[start..]);
            using XmlReader xml = XmlReader.Create(characters, settings);
            return new OmeReader(xml).Read();
        }
        catch (XmlException failure)
        {
            throw new FormatException(failure.Message, failure);
        }
    }

    private OmeDocument Read()
    {
        while (NextElement(parent: -1))
        {
            if (_xml.Depth == 0)
            {
                if (_xml.LocalName != "OME") throw new FormatException($"its root is <{_xml.LocalName}>, expected <OME>");
                _uuid = _xml.GetAttribute("UUID");
            }
            else if (_xml is { Depth: 1, LocalName: "BinaryOnly" })
            {
                _metadataFile = _xml.GetAttribute("MetadataFile");
            }
            else if (_xml is { Depth: 1, LocalName: "Image" })
            {
                if (_images.Count == MostImages) throw new FormatException($"more than {MostImages} images");
                ReadImage();
            }
        }

        return new OmeDocument(_uuid, _metadataFile, _images);
    }

    private void ReadImage()
    {
        string id = _xml.GetAttribute("ID") ?? $"Image:{_images.Count}";
        string? name = _xml.GetAttribute("Name");
        int depth = _xml.Depth;
        if (_xml.IsEmptyElement) return;
        while (NextElement(depth))
        {
            if (_xml.LocalName == "Pixels" && _xml.Depth == depth + 1) ReadPixels(id, name);
        }
    }

    private void ReadPixels(string id, string? name)
    {
        string order = _xml.GetAttribute("DimensionOrder") ?? "XYZCT";
        if (order.Length != 5 || !order.StartsWith("XY", StringComparison.Ordinal) || order.Order().SequenceEqual("CTXYZ") is false)
            throw new FormatException($"image {id}: DimensionOrder is '{order}', expected XY and then Z, C and T in some order");
        OmeImage image = new()
        {
            Id = id,
            Name = string.IsNullOrWhiteSpace(name) ? null : name,
            Order = order[2..],
            Type = _xml.GetAttribute("Type") ?? _xml.GetAttribute("PixelType"),
            SizeX = Size("SizeX", id),
            SizeY = Size("SizeY", id),
            SizeZ = Size("SizeZ", id),
            SizeC = Size("SizeC", id),
            SizeT = Size("SizeT", id),
            PhysicalSizeX = Quantity("PhysicalSizeX"),
            PhysicalSizeY = Quantity("PhysicalSizeY"),
            PhysicalSizeZ = Quantity("PhysicalSizeZ"),
            TimeIncrement = Quantity("TimeIncrement"),
        };
        _images.Add(image);
        int depth = _xml.Depth;
        if (_xml.IsEmptyElement) return;
        while (NextElement(depth))
        {
            if (_xml.Depth != depth + 1) continue;
            if (_xml.LocalName == "Channel")
            {
                if (image.Channels.Count == MostChannels) throw new FormatException($"image {id}: more than {MostChannels} channels");
                image.Channels.Add(new OmeChannel(_xml.GetAttribute("Name"), Color(), Whole("SamplesPerPixel")));
            }
            else if (_xml.LocalName == "TiffData")
            {
                if (++_blocks > MostBlocks) throw new FormatException($"more than {MostBlocks} TiffData elements");
                image.Blocks.Add(ReadBlock());
            }
        }
    }

    private OmeTiffData ReadBlock()
    {
        OmeTiffData block = new(
            Whole("IFD"), Whole("PlaneCount") ?? Whole("NumPlanes"), Whole("FirstZ") ?? 0, Whole("FirstC") ?? 0, Whole("FirstT") ?? 0, File: null);
        int depth = _xml.Depth;
        if (_xml.IsEmptyElement) return block;
        while (NextElement(depth))
        {
            if (_xml.LocalName != "UUID" || block.File is not null) continue;
            (string? Uuid, string? Name) key = (null, _xml.GetAttribute("FileName"));
            if (!_xml.IsEmptyElement && _xml.Read() && _xml.NodeType == XmlNodeType.Text) key.Uuid = _xml.Value.Trim();
            if (!_files.TryGetValue(key, out OmeFileName? file)) _files.Add(key, file = new OmeFileName(key.Uuid, key.Name));
            block = block with { File = file };
        }

        return block;
    }

    /// <summary>Goes on to the next element below <paramref name="parent"/>, a depth; false at its end.</summary>
    private bool NextElement(int parent)
    {
        while (_xml.Read())
        {
            if (_xml.Depth > MostDepth) throw new FormatException($"elements nested more than {MostDepth} deep");
            if (_xml.NodeType == XmlNodeType.EndElement && _xml.Depth == parent) return false;
            if (_xml.NodeType == XmlNodeType.Element) return true;
        }

        return false;
    }

    private long Size(string attribute, string id)
    {
        string? text = _xml.GetAttribute(attribute);
        if (long.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out long size)
            && size is >= 1 and <= int.MaxValue) return size;
        throw new FormatException($"image {id}: {attribute} is {(text is null ? "missing" : $"'{text}'")}, expected 1 to {int.MaxValue}");
    }

    private long? Whole(string attribute)
    {
        string? text = _xml.GetAttribute(attribute);
        if (text is null) return null;
        if (long.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out long number)
            && number <= int.MaxValue) return number;
        throw new FormatException($"{_xml.LocalName}: {attribute} is '{text}', expected 0 to {int.MaxValue}");
    }

    private OmeQuantity? Quantity(string attribute)
    {
        bool stated = double.TryParse(_xml.GetAttribute(attribute), NumberStyles.Float, CultureInfo.InvariantCulture, out double value);
        return stated && double.IsFinite(value) && value > 0 ? new OmeQuantity(value, _xml.GetAttribute($"{attribute}Unit")) : null;
    }

    /// <summary>OME's colours are RGBA in a signed 32-bit number.</summary>
    private int? Color() =>
        long.TryParse(_xml.GetAttribute("Color"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long color)
        && color is >= int.MinValue and <= uint.MaxValue
            ? (int)((color >> 8) & 0xFFFFFF)
            : null;
}
