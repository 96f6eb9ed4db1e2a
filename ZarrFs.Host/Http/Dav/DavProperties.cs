using System.Xml;
using ZarrFs.Core.Tree;

namespace ZarrFs.Host.Http.Dav;

/// <summary>The properties of a node (RFC 4918 section 15): all are known without computing anything.</summary>
internal static class DavProperties
{
    public const string Namespace = "DAV:";

    private static readonly string[] OfFiles =
        ["displayname", "resourcetype", "creationdate", "getlastmodified", "getcontentlength", "getcontenttype", "getetag", "supportedlock"];

    private static readonly string[] OfDirectories = ["displayname", "resourcetype", "creationdate", "getlastmodified", "supportedlock"];

    /// <summary>What a node has.</summary>
    public static ReadOnlySpan<string> Of(in Node node) => node.IsDirectory ? OfDirectories : OfFiles;

    /// <summary>Writes a property that the node has.</summary>
    public static void Write(XmlWriter xml, string property, ServedContent content, string name, in Node node)
    {
        xml.WriteStartElement("D", property, Namespace);
        switch (property)
        {
            case "displayname":
                xml.WriteString(name);
                break;
            case "resourcetype" when node.IsDirectory:
                xml.WriteElementString("D", "collection", Namespace, null);
                break;
            case "creationdate":
                xml.WriteString(node.Modified.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ"));
                break;
            case "getlastmodified":
                xml.WriteString(node.Modified.UtcDateTime.ToString("r"));
                break;
            case "getcontentlength":
                xml.WriteValue(node.Size);
                break;
            case "getcontenttype":
                xml.WriteString(FileHeaders.ContentTypeOf(node));
                break;
            case "getetag":
                xml.WriteString(Validators.Of(content.Tree, content.Chunks, node).Tag);
                break;
        }

        xml.WriteEndElement();
    }
}
