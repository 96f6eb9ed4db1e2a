using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using ZarrFs.Core.Tree;

namespace ZarrFs.Host.Http;

/// <summary>Answers every request: what is asked for, and what is said when it cannot be given.</summary>
internal sealed partial class RequestHandler : IDisposable
{
    private readonly ServedContent _content;
    private readonly FileSender _files;
    private readonly ILogger _log;

    public RequestHandler(ServedContent content, HttpOptions options, ILogger<RequestHandler> log)
    {
        _content = content;
        _files = new FileSender(content, options);
        _log = log;
    }

    /// <inheritdoc/>
    public void Dispose() => _files.Dispose();

    public Task HandleAsync(HttpContext context)
    {
        Task answer;
        try
        {
            answer = AnswerAsync(context);
        }
        catch (Exception failure)
        {
            return FailAsync(context, failure);
        }

        return answer.IsCompletedSuccessfully ? answer : FinishAsync(context, answer);
    }

    private async Task FinishAsync(HttpContext context, Task answer)
    {
        try
        {
            await answer;
        }
        catch (Exception failure)
        {
            await FailAsync(context, failure);
        }
    }

    private Task AnswerAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        CommonHeaders.Set(context.Response.Headers);
        string method = request.Method;
        if (HttpMethods.IsOptions(method))
        {
            CommonHeaders.SetPreflight(request.Headers, context.Response);
            return Task.CompletedTask;
        }

        string target = Target(context);
        if (!HttpMethods.IsGet(method) && !HttpMethods.IsHead(method))
            return ProblemDocument.WriteAsync(context, FailureStatus.MethodNotAllowed(method), target);

        switch (RequestPath.Read(target, out ReadOnlySpan<char> path, out bool isDirectory, out ReadOnlySpan<char> query))
        {
            case PathVerdict.Malformed:
                return ProblemDocument.WriteAsync(context, FailureStatus.Malformed("the path's encoding is broken"), target);
            case PathVerdict.Absent:
                return NotFoundAsync(context, target);
        }

        switch (path)
        {
            case "":
                return StartPage.WriteAsync(context, _content, query);
            case "healthz" when !isDirectory:
                return HealthDocument.WriteAsync(context, _content);
            case "status" when !isDirectory:
                return StatusDocument.WriteAsync(context, _content);
            case "favicon.ico" when !isDirectory:
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return Task.CompletedTask;
        }

        // A directory's name without its slash is not there: viewers take a listing for a file, and a redirect for one too.
        if (!_content.Tree.TryResolve(path, out Node node) || node.IsDirectory != isDirectory) return NotFoundAsync(context, target);
        return isDirectory
            ? DirectoryListing.WriteAsync(context, _content.Tree, node.Id, path.ToString(), query)
            : _files.SendAsync(context, node);
    }

    private async Task FailAsync(HttpContext context, Exception failure)
    {
        if (failure is OperationCanceledException && context.RequestAborted.IsCancellationRequested) return;
        FailureStatus status = FailureStatus.Of(failure);
        string target = Target(context);
        if (status.Code == StatusCodes.Status500InternalServerError) LogUnexpected(target, failure);
        else LogRefused(target, status.Code, failure.Message);

        // Bytes are out already: only a broken connection tells the client that they are not all.
        if (context.Response.HasStarted) context.Abort();
        else await ProblemDocument.WriteAsync(context, status, target);
    }

    private static Task NotFoundAsync(HttpContext context, string target) =>
        ProblemDocument.WriteAsync(context, FailureStatus.NotFound("there is nothing of this name"), target);

    private static string Target(HttpContext context) => context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;

    [LoggerMessage(LogLevel.Error, "{Target} failed unexpectedly")]
    private partial void LogUnexpected(string target, Exception failure);

    [LoggerMessage(LogLevel.Debug, "{Target} was answered with {Status}: {Reason}")]
    private partial void LogRefused(string target, int status, string reason);
}
