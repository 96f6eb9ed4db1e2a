using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Http.Access;
using ZarrFs.Host.Http.Dav;
using ZarrFs.Host.Http.Limits;
using ZarrFs.Host.Http.Metering;
using ZarrFs.Host.Http.Page;
using ZarrFs.Host.Http.Pictures;
using ZarrFs.Host.Http.S3;
using ZarrFs.Host.Http.Viewer;

namespace ZarrFs.Host.Http;

/// <summary>Answers every request: what is asked for, and what is said when it cannot be given.</summary>
internal sealed partial class RequestHandler : IDisposable
{
    private readonly AccessRules _rules;
    private readonly IDoor[] _doors;
    private readonly FileSender _files;
    private readonly PictureDoor _pictures;
    private readonly MetricsPage _scrapes;
    private readonly PageTurns _turns;
    private readonly HttpMetrics _metrics;
    private readonly ServiceFigures _figures;
    private readonly ILogger _log;

    /// <param name="content">What there is.</param>
    /// <param name="options">What is bounded.</param>
    /// <param name="rules">Who may see what.</param>
    /// <param name="metrics">Where requests are counted.</param>
    /// <param name="log">Gets what fails.</param>
    public RequestHandler(ServedContent content, HttpOptions options, AccessRules rules, HttpMetrics metrics, ILogger<RequestHandler> log)
    {
        _rules = rules;
        _metrics = metrics;
        _files = new FileSender(content, options);
        _pictures = new PictureDoor(content, options);
        _figures = new ServiceFigures(metrics);
        _turns = new PageTurns(options.MostWaiting);
        _scrapes = new MetricsPage(content.Tree, _turns);
        _doors =
        [
            _pictures, // first, since a volume may be called s3 or viewer
            new ViewerDoor(content.Viewer),
            new S3Door(_files, _turns),
            new DavDoor(_turns),
            new PageDoor(),
            _scrapes,
        ];
        _log = log;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _files.Dispose();
        _pictures.Dispose();
        _scrapes.Dispose();
    }

    public Task HandleAsync(HttpContext context)
    {
        AccessNow access = _rules.Now;
        Task answer;
        try
        {
            answer = AnswerAsync(context, access);
        }
        catch (Exception failure)
        {
            return FailAsync(context, access.Rule, failure);
        }

        return answer.IsCompletedSuccessfully ? answer : FinishAsync(context, access.Rule, answer);
    }

    private async Task FinishAsync(HttpContext context, AccessRule rule, Task answer)
    {
        try
        {
            await answer;
        }
        catch (Exception failure)
        {
            await FailAsync(context, rule, failure);
        }
    }

    private Task AnswerAsync(HttpContext context, in AccessNow access)
    {
        CommonHeaders.Set(context.Response.Headers);
        if (context.Features.Get<ClientShare>()?.TryRequest() == false && Visit.TargetOf(context) != "/healthz")
        {
            _metrics.Refused();
            return ProblemDocument.WriteAsync(context, FailureStatus.TooManyRequests, Visit.TargetOf(context));
        }

        if (CommonHeaders.IsPreflight(context))
        {
            CommonHeaders.SetPreflight(context.Request.Headers, context.Response);
            return Task.CompletedTask;
        }

        switch (RequestPath.Read(Visit.RawTargetOf(context), out ReadOnlySpan<char> path, out bool isDirectory, out ReadOnlySpan<char> query))
        {
            case PathVerdict.Malformed:
                return ProblemDocument.WriteAsync(context, FailureStatus.Malformed("the path's encoding is broken"), Visit.TargetOf(context));
            case PathVerdict.Absent:
                return NotFoundAsync(context, Visit.TargetOf(context));
        }

        return access.Rule.Gate is { } gate
            ? AdmitAsync(context, access, gate, path.ToString(), isDirectory, query.ToString())
            : RouteAsync(Visited(context, access, Caller.Anyone, path, isDirectory, query));
    }

    private async Task AdmitAsync(HttpContext context, AccessNow access, Gate gate, string path, bool isDirectory, string query)
    {
        Admission admission = await gate.AdmitAsync(context, path);
        if (admission.Caller is not { } caller)
        {
            await ProblemDocument.WriteAsync(context, admission.Refusal!, Visit.TargetOf(context));
        }
        else if (caller.BasePath.Length > 0 && admission.Path.Length == 0 && !isDirectory && !IsDav(context.Request.Method))
        {
            // A link that lost its last slash: names on the page are relative to it. WebDAV's are not, and its clients take slashes off and follow nothing.
            context.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
            context.Response.Headers.Location = $"{caller.BasePath}/";
            context.Response.ContentLength = 0;
        }
        else
        {
            await RouteAsync(Visited(context, access, caller, admission.Path, isDirectory, query));
        }
    }

    private static Visit Visited(
        HttpContext context, in AccessNow access, Caller caller, ReadOnlySpan<char> path, bool isDirectory, ReadOnlySpan<char> query) => new()
        {
            Context = context, Access = access, Caller = caller, Content = access.ContentFor(caller), Path = path, IsDirectory = isDirectory, Query = query,
        };

    private static bool IsDav(string method) => method is "PROPFIND" or "OPTIONS";

    private Task RouteAsync(in Visit visit)
    {
        HttpContext context = visit.Context;
        foreach (IDoor door in _doors)
        {
            if (door.TryAnswer(visit) is not { } answer) continue;
            Exchange.Note(context, door.Kind);
            return answer;
        }

        if (!visit.IsRead) return ProblemDocument.WriteAsync(context, FailureStatus.MethodNotAllowed(visit.Method), visit.Target);
        switch (visit.Path)
        {
            case "":
                Exchange.Note(context, RequestKind.Page);
                return StartPage.WriteAsync(visit, Told(visit), _figures, _turns);
            case "healthz" when !visit.IsDirectory:
                Exchange.Note(context, RequestKind.Page);
                return HealthDocument.WriteAsync(context, visit.Content);
            case "status" when !visit.IsDirectory:
                Exchange.Note(context, RequestKind.Page);
                return StatusDocument.WriteAsync(visit, Told(visit), _figures, _turns);
            case "favicon.ico" when !visit.IsDirectory:
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return Task.CompletedTask;
        }

        // A directory's name without its slash is not there: viewers take a listing for a file, and a redirect for one too.
        IFileTree tree = visit.Content.Tree;
        if (!tree.TryResolve(visit.Path, out Node node) || node.IsDirectory != visit.IsDirectory) return NotFoundAsync(context, visit.Target);
        Exchange.Note(context, visit.IsDirectory ? RequestKind.Listing : node.Kind == NodeKind.Chunk ? RequestKind.Chunk : RequestKind.Document);
        return visit.IsDirectory
            ? DirectoryListing.WriteAsync(visit, node.Id, _turns)
            : _files.SendAsync(context, node, visit.Caller);
    }

    /// <summary>What may be told of the content to the page that asks.</summary>
    private static ServedContent Told(in Visit visit) =>
        !visit.Content.IsShared && CommonHeaders.IsFromElsewhere(visit.Context.Request) ? visit.Content.WithoutDirectories() : visit.Content;

    private async Task FailAsync(HttpContext context, AccessRule rule, Exception failure)
    {
        if (failure is OperationCanceledException && context.RequestAborted.IsCancellationRequested) return;
        FailureStatus status = FailureStatus.Of(failure, rule.IsShared || CommonHeaders.IsFromElsewhere(context.Request));
        if (failure is OverloadException) _metrics.Refused();
        string target = Visit.TargetOf(context);
        if (status.Code == StatusCodes.Status500InternalServerError) LogUnexpected(target, failure);
        else LogRefused(target, status.Code, failure.Message);

        // Bytes are out already: only a broken connection tells the client that they are not all.
        if (context.Response.HasStarted) context.Abort();
        else await ProblemDocument.WriteAsync(context, status, target);
    }

    private static Task NotFoundAsync(HttpContext context, string target) =>
        ProblemDocument.WriteAsync(context, FailureStatus.NotFound("there is nothing of this name"), target);

    [LoggerMessage(LogLevel.Error, "{Target} failed unexpectedly")]
    private partial void LogUnexpected(string target, Exception failure);

    [LoggerMessage(LogLevel.Debug, "{Target} was answered with {Status}: {Reason}")]
    private partial void LogRefused(string target, int status, string reason);
}
