using Microsoft.AspNetCore.Http;

namespace ZarrFs.Host.Http.Viewer;

/// <summary>Neuroglancer at <c>/viewer/</c>. All its URLs are relative, so it works behind a token too.</summary>
internal sealed class ViewerDoor : IDoor
{
    private const string Name = "viewer";

    private readonly ViewerFiles? _files;

    /// <param name="files">Null where it was not built: then the door says so.</param>
    public ViewerDoor(ViewerFiles? files) => _files = files;

    /// <inheritdoc/>
    public Task? TryAnswer(in Visit visit)
    {
        if (!visit.IsRead || !visit.Path.StartsWith(Name, StringComparison.Ordinal)) return null;
        ReadOnlySpan<char> rest = visit.Path[Name.Length..];
        bool isPage = rest.IsEmpty;
        if (!isPage && (rest[0] != '/' || visit.IsDirectory)) return null;
        if (isPage && !visit.IsDirectory) return TryRedirect(visit.Context);
        if (_files is null)
        {
            return ProblemDocument.WriteAsync(
                visit.Context, FailureStatus.NotFound("Neuroglancer was not built into this program; install/run does it where there are node 18 or later and npm"), visit.Target);
        }

        if (_files.At(isPage ? default : rest[1..]) is not { } file) return null;
        IHeaderDictionary headers = visit.Context.Response.Headers;
        CommonHeaders.HideAddress(headers);
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        return file.SendAsync(visit.Context);
    }

    /// <summary>For who typed the name into a browser; to a program, the name without its slash is nothing, as everywhere in the tree.</summary>
    private static Task? TryRedirect(HttpContext context)
    {
        if (!context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)) return null;
        context.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
        context.Response.Headers.Location = Name + "/";
        context.Response.Headers.Vary = "Accept";
        context.Response.Headers.CacheControl = "no-cache";
        return Task.CompletedTask;
    }
}
