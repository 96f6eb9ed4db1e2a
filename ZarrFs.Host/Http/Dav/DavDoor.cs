using System.Xml;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Http.Access;
using ZarrFs.Host.Http.Limits;
using ZarrFs.Host.Http.Metering;

namespace ZarrFs.Host.Http.Dav;

/// <summary>
/// WebDAV to read (RFC 4918, class 1): the same names as for GET, which Windows, macOS and others mount. Says what a path can do and what is there;
/// what writes is refused as elsewhere.
/// </summary>
/// <param name="turns">For the time that an answer takes to be made.</param>
internal sealed class DavDoor(PageTurns turns) : IDoor
{
    private const int MostBodyBytes = 64 * 1024;

    public RequestKind Kind => RequestKind.Dav;

    public Task? TryAnswer(in Visit visit)
    {
        if (visit.IsRead) return null;
        if (HttpMethods.IsOptions(visit.Method))
        {
            SetOptions(visit.Context);
            return Task.CompletedTask;
        }

        if (visit.Method != "PROPFIND") return null;
        if (!visit.Content.Tree.TryResolve(visit.Path, out Node node) || (visit.IsDirectory && !node.IsDirectory))
            return ProblemDocument.WriteAsync(visit.Context, FailureStatus.NotFound("there is nothing of this name"), visit.Target);

        // Not so for GET: clients ask for a collection's properties without its slash, and are told its name with it.
        return AnswerAsync(visit.Context, visit.Caller, new Multistatus(visit.Content, visit.Caller.BasePath, visit.Path.ToString(), node));
    }

    private static void SetOptions(HttpContext context)
    {
        // Some clients take nothing but 200 for a yes.
        CommonHeaders.SetPreflight(context.Request.Headers, context.Response);
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentLength = 0;
        context.Response.Headers["DAV"] = "1";
        context.Response.Headers["MS-Author-Via"] = "DAV";
    }

    private async Task AnswerAsync(HttpContext context, Caller caller, Multistatus answer)
    {
        bool? children = context.Request.Headers["Depth"].ToString() switch { "0" => false, "1" => true, _ => null };
        if (children is null)
        {
            await RefuseDepthAsync(context);
            return;
        }

        if (!PropertyRequest.TryRead(await ReadBodyAsync(context), out PropertyRequest wanted, out string problem))
        {
            await ProblemDocument.WriteAsync(context, FailureStatus.Malformed(problem), Visit.TargetOf(context));
            return;
        }

        using PageTurn turn = await turns.EnterAsync(context, caller);
        await answer.WriteAsync(context, wanted, children.Value, turn);
    }

    /// <summary>A body that is too long or too slow ends in an exception.</summary>
    private static async Task<byte[]> ReadBodyAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = MostBodyBytes;
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.ToArray();
    }

    /// <summary>A whole tree at once is refused as section 9.1 of the RFC has it.</summary>
    private static async Task RefuseDepthAsync(HttpContext context)
    {
        using XmlBody body = new();
        XmlWriter xml = body.Writer;
        xml.WriteStartElement("D", "error", DavProperties.Namespace);
        xml.WriteElementString("D", "propfind-finite-depth", DavProperties.Namespace, null);
        xml.WriteEndElement();
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        context.Response.ContentType = XmlBody.ContentType;
        await BodyWriting.WriteAsync(context, body.Bytes);
    }
}
