using System.Xml;

namespace ZarrFs.Host.Http.Dav;

/// <summary>The body of a PROPFIND (RFC 4918 section 14.20): which properties are wanted.</summary>
/// <param name="Kind">All, their names, or those named.</param>
/// <param name="Names">Those named.</param>
internal sealed record PropertyRequest(PropertyRequestKind Kind, IReadOnlyList<(string Namespace, string Name)> Names)
{
    // Each is repeated for every file of a directory: a small request must not make an answer without end.
    private const int MostNames = 32;
    private const int MostNameCharacters = 128;
    private const int Deepest = 16;

    private static readonly PropertyRequest All = new(PropertyRequestKind.All, []);

    // No declarations of types, thus no entities and nothing that is fetched from elsewhere.
    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        IgnoreWhitespace = true,
        MaxCharactersInDocument = 128 * 1024,
    };

    /// <summary>Reads a body; an empty one asks for all.</summary>
    /// <param name="body">As it came; at most some 64 KiB.</param>
    /// <param name="request">What it asks for.</param>
    /// <param name="problem">If false: why not.</param>
    public static bool TryRead(byte[] body, out PropertyRequest request, out string problem)
    {
        request = All;
        problem = "";
        if (body.Length == 0) return true;
        try
        {
            using XmlReader reader = XmlReader.Create(new MemoryStream(body), Settings);
            request = Read(reader);
            return true;
        }
        catch (XmlException e)
        {
            problem = $"the body of PROPFIND cannot be read: {e.Message}";
            return false;
        }
    }

    private static PropertyRequest Read(XmlReader reader)
    {
        reader.MoveToContent();
        if (!IsDav(reader, "propfind")) throw new XmlException($"it is a '{reader.LocalName}' where 'propfind' of DAV: is expected");
        PropertyRequest? request = null;
        List<(string Namespace, string Name)> names = [];
        bool inNames = false;
        while (reader.Read())
        {
            if (reader.Depth > Deepest) throw new XmlException($"it is nested deeper than {Deepest} elements");
            if (reader.NodeType != XmlNodeType.Element) continue;
            if (reader.Depth == 1)
            {
                inNames = IsDav(reader, "prop");
                PropertyRequest? said = inNames ? new PropertyRequest(PropertyRequestKind.Named, names)
                    : IsDav(reader, "allprop") ? All
                    : IsDav(reader, "propname") ? new PropertyRequest(PropertyRequestKind.NamesOnly, [])
                    : null;
                if (said is not null && request is not null) throw new XmlException("it asks for more than one of 'prop', 'allprop' and 'propname'");
                request ??= said;
            }
            else if (reader.Depth == 2 && inNames)
            {
                if (names.Count == MostNames) throw new XmlException($"it names more than {MostNames} properties");
                if (reader.LocalName.Length + reader.NamespaceURI.Length > MostNameCharacters)
                    throw new XmlException($"it names a property with more than {MostNameCharacters} characters");
                names.Add((reader.NamespaceURI, reader.LocalName));
            }
        }

        return request ?? throw new XmlException("it has none of 'prop', 'allprop' and 'propname'");
    }

    private static bool IsDav(XmlReader reader, string name) => reader.LocalName == name && reader.NamespaceURI == DavProperties.Namespace;
}

/// <summary>The forms of a PROPFIND.</summary>
internal enum PropertyRequestKind
{
    /// <summary>All properties with their values.</summary>
    All,

    /// <summary>The names of all properties.</summary>
    NamesOnly,

    /// <summary>Some properties with their values.</summary>
    Named,
}
