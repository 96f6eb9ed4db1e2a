using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace ZarrFs.Host.Http.Viewer;

/// <summary>A file of the viewer, in each coding that the build has left it in.</summary>
internal sealed class ViewerFile
{
    // Best first.
    private static readonly (string Coding, string Ending)[] Packings = [("br", ".br"), ("gzip", ".gz")];

    private readonly CodedFile _plain;
    private readonly CodedFile[] _packed;

    private ViewerFile(CodedFile plain, CodedFile[] packed, StringValues contentType, StringValues policy)
    {
        (_plain, _packed) = (plain, packed);
        (ContentType, Policy) = (contentType, policy);
    }

    public StringValues ContentType { get; }

    /// <summary>The Content-Security-Policy it is sent with: a worker has that of its own script, not the page's.</summary>
    public StringValues Policy { get; }

    /// <summary>Whether a file is another one, packed.</summary>
    public static bool IsPacked(string path) => Array.Exists(Packings, packing => path.EndsWith(packing.Ending, StringComparison.Ordinal));

    /// <summary>The file at a path, with those beside it that are it, packed.</summary>
    public static ViewerFile Of(string path)
    {
        CodedFile[] packed = [.. Packings.Where(packing => File.Exists(path + packing.Ending)).Select(packing => new CodedFile(path + packing.Ending, packing.Coding))];
        return new ViewerFile(new CodedFile(path, null), packed, TypeOf(path), ViewerPolicy.Of(System.IO.Path.GetFileName(path)));
    }

    /// <summary>Sends it, in the best coding that the client takes.</summary>
    public Task SendAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        CodedFile file = Array.Find(_packed, file => ContentCoding.IsAccepted(context.Request.Headers.AcceptEncoding, file.Coding!)) ?? _plain;
        (ReadOnlyMemory<byte> bytes, string tag) = file.Content;
        response.Headers.Vary = "Accept-Encoding";
        response.Headers.ContentSecurityPolicy = Policy;
        CommonHeaders.HideAddress(response.Headers);
        bool hasBody = FileHeaders.Set(context, ContentType, bytes.Length, new Validators(tag, null, IsProvisional: false), out ByteRange range);
        if (file.Coding is { } coding && response.StatusCode is StatusCodes.Status200OK or StatusCodes.Status206PartialContent)
            response.Headers.ContentEncoding = coding;
        return hasBody ? BodyWriting.WriteAsync(context, bytes.Slice((int)range.Start, (int)range.Length)) : Task.CompletedTask;
    }

    private static string TypeOf(string path) => System.IO.Path.GetExtension(path) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
}
