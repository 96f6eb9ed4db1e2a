using System.Xml;
using Microsoft.AspNetCore.Http;
using ZarrFs.Host.Http.Limits;

namespace ZarrFs.Host.Http.S3;

/// <summary>The answers of S3 that are XML.</summary>
internal static class S3Documents
{
    public const string Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

    private const string TimeFormat = "yyyy-MM-ddTHH:mm:ss.000Z";

    public static async Task WriteErrorAsync(HttpContext context, S3Error error)
    {
        HttpResponse response = context.Response;
        response.Clear();
        CommonHeaders.Set(response.Headers);
        S3Door.SetHeaders(context);
        response.StatusCode = error.Status;
        if (error.Status == StatusCodes.Status405MethodNotAllowed) response.Headers.Allow = "GET, HEAD";
        if (error.RetryAfter is { } seconds) response.Headers.RetryAfter = $"{seconds}";
        using XmlBody body = new();
        XmlWriter xml = body.Writer;
        xml.WriteStartElement("Error");
        xml.WriteElementString("Code", error.Code);
        xml.WriteElementString("Message", error.Message);
        xml.WriteElementString("RequestId", context.TraceIdentifier);
        xml.WriteEndElement();
        await SendAsync(context, body.Bytes);
    }

    public static async Task WriteBucketsAsync(HttpContext context, DateTimeOffset created)
    {
        using XmlBody body = new();
        XmlWriter xml = body.Writer;
        xml.WriteStartElement("ListAllMyBucketsResult", Namespace);
        WriteOwner(xml);
        xml.WriteStartElement("Buckets");
        xml.WriteStartElement("Bucket");
        xml.WriteElementString("Name", S3Door.Bucket);
        xml.WriteElementString("CreationDate", created.UtcDateTime.ToString(TimeFormat));
        xml.WriteEndElement();
        xml.WriteEndElement();
        xml.WriteEndElement();
        await SendAsync(context, body.Bytes);
    }

    /// <summary>Writes a document of one element without content: a bucket's location, which is the default, or its versioning, which is off.</summary>
    public static async Task WriteEmptyAsync(HttpContext context, string element)
    {
        using XmlBody body = new();
        body.Writer.WriteElementString(element, Namespace, null);
        await SendAsync(context, body.Bytes);
    }

    /// <summary>Writes a page of keys.</summary>
    /// <param name="context">A GET.</param>
    /// <param name="content">What the caller may see.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="bucket">What the client takes for the bucket.</param>
    /// <param name="before">What stands before each key, for a client that takes the bucket for a part of it.</param>
    /// <param name="turn">For the making; it ends before the page is sent.</param>
    public static async Task WriteListAsync(HttpContext context, ServedContent content, ListRequest request, string bucket, string before, PageTurn turn)
    {
        KeyPage page = KeyPage.Read(content, request);
        Func<string, string> key = request.IsEncoded ? Encode : text => text;
        using XmlBody body = new();
        XmlWriter xml = body.Writer;
        xml.WriteStartElement("ListBucketResult", Namespace);
        xml.WriteElementString("Name", bucket);
        xml.WriteElementString("Prefix", key(before + request.Prefix));
        xml.WriteElementString("MaxKeys", $"{request.MaxKeys}");
        if (request.HasDelimiter) xml.WriteElementString("Delimiter", "/");
        if (request.IsEncoded) xml.WriteElementString("EncodingType", "url");
        xml.WriteElementString("IsTruncated", page.IsTruncated ? "true" : "false");
        if (request.IsV2)
        {
            xml.WriteElementString("KeyCount", $"{page.Entries.Count}");
            if (request.Token is { } token) xml.WriteElementString("ContinuationToken", token);
            if (request.StartAfter.Length > 0) xml.WriteElementString("StartAfter", key(request.StartAfter));
            if (page.IsTruncated) xml.WriteElementString("NextContinuationToken", ContinuationToken.Write(page.Entries[^1].Key));
        }
        else
        {
            xml.WriteElementString("Marker", key(request.StartAfter));
            if (page.IsTruncated) xml.WriteElementString("NextMarker", key(before + page.Entries[^1].Key));
        }

        foreach (KeyEntry entry in page.Entries)
        {
            xml.WriteStartElement(entry.IsPrefix ? "CommonPrefixes" : "Contents");
            xml.WriteElementString(entry.IsPrefix ? "Prefix" : "Key", key(before + entry.Key));
            if (!entry.IsPrefix)
            {
                xml.WriteElementString("LastModified", entry.Modified.UtcDateTime.ToString(TimeFormat));
                xml.WriteElementString("ETag", entry.Tag);
                xml.WriteElementString("Size", $"{entry.Size}");
                xml.WriteElementString("StorageClass", "STANDARD");
                if (request.WithOwner) WriteOwner(xml);
            }

            xml.WriteEndElement();
        }

        xml.WriteEndElement();
        ReadOnlyMemory<byte> made = body.Bytes;
        turn.Dispose();
        await SendAsync(context, made);
    }

    private static string Encode(string key) => Uri.EscapeDataString(key).Replace("%2F", "/", StringComparison.Ordinal);

    private static void WriteOwner(XmlWriter xml)
    {
        xml.WriteStartElement("Owner");
        xml.WriteElementString("ID", "zarrfs");
        xml.WriteElementString("DisplayName", "zarrfs");
        xml.WriteEndElement();
    }

    private static Task SendAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        context.Response.ContentType = "application/xml";
        context.Response.Headers.CacheControl = "no-cache";
        return BodyWriting.WriteAsync(context, body);
    }
}
