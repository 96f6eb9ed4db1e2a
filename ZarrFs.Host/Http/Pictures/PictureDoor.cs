using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Primitives;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Http.Limits;
using ZarrFs.Host.Http.Metering;

namespace ZarrFs.Host.Http.Pictures;

/// <summary>
/// <c>/NAME/preview.png</c>: three slices through the middle of a volume, or the one that is asked for. As chunks do, a picture says by its tag and its
/// headers whether it is made of previews, and is asked for anew each time.
/// </summary>
internal sealed class PictureDoor : IDoor, IDisposable
{
    /// <summary>What follows a volume's name.</summary>
    public const string FileName = "/preview.png";

    private const long MostCached = 16 << 20;

    private static readonly StringValues ContentType = "image/png";

    private readonly PictureMaker _maker;
    private readonly PictureFlights _flights = new();
    private readonly MemoryCache _recent;
    private readonly long _mostOfOne;

    /// <param name="content">The whole.</param>
    /// <param name="options">What is bounded.</param>
    public PictureDoor(ServedContent content, HttpOptions options)
    {
        _maker = new PictureMaker(content.Chunks, content.Pool, options.MostWaiting);
        long limit = Math.Min(MostCached, content.Pool.Budget / 32);
        _mostOfOne = limit / 4;
        _recent = new MemoryCache(new MemoryCacheOptions { SizeLimit = limit });
    }

    public RequestKind Kind => RequestKind.Picture;

    public Task? TryAnswer(in Visit visit)
    {
        if (!visit.IsRead || visit.IsDirectory || !visit.Path.EndsWith(FileName, StringComparison.Ordinal)) return null;
        string name = visit.Path[..^FileName.Length].ToString();
        if (visit.Content.Volumes().FirstOrDefault(volume => volume.Name == name) is not { } volume) return null;
        return PictureRequest.Read(volume, visit.Query, out string? problem) is { } plan
            ? SendAsync(visit.Context, plan, TagOf(visit.Content.Tree, plan), ClientKey.Of(visit.Context, visit.Caller))
            : ProblemDocument.WriteAsync(visit.Context, FailureStatus.Malformed(problem!), visit.Target);
    }

    /// <inheritdoc/>
    public void Dispose() => _recent.Dispose();

    private async Task SendAsync(HttpContext context, PicturePlan plan, string tag, ClientKey client)
    {
        PictureState guess = _maker.Guess(plan);
        // Who has the exact picture already needs no preview of it.
        Validators exact = ValidatorsOf(tag, guess with { Previews = 0 }), now = ValidatorsOf(tag, guess);
        if (Preconditions.Status(context.Request.Headers, exact) == StatusCodes.Status304NotModified) now = exact;
        if (Preconditions.Status(context.Request.Headers, now) != StatusCodes.Status200OK)
        {
            FileHeaders.Set(context, ContentType, 0, now, out _);
            return;
        }

        if (!_recent.TryGetValue(now.Tag, out Picture? picture))
        {
            picture = await _flights.JoinAsync(tag, cancellation => _maker.MakeAsync(plan, client, cancellation), context.RequestAborted);
            now = ValidatorsOf(tag, picture.State);
            if (picture.Png.Length <= _mostOfOne) _recent.Set(now.Tag, picture, new MemoryCacheEntryOptions { Size = picture.Png.Length });
        }

        if (FileHeaders.Set(context, ContentType, picture!.Png.Length, now, out ByteRange range))
            await BodyWriting.WriteAsync(context, picture.Png.AsMemory((int)range.Start, (int)range.Length));
    }

    private static Validators ValidatorsOf(string tag, in PictureState state) => new($"\"{tag}{state.Tail}\"", null, state.IsProvisional);

    /// <summary>Another for another source or view, for other contrast or colours, and for another part of it.</summary>
    private static string TagOf(IFileTree tree, PicturePlan plan)
    {
        // The volumes may be others since the tree was looked at.
        if (tree.NodesOf(new ChunkAddress(plan.Volume.Number, 0, 0, 0, 0, 0, 0)) is not [NodeId chunk, ..]) throw new NotShownException(plan.Volume.Name);
        string display = string.Join("_", plan.Channels.Select(c => $"{plan.Volume.Channels[c].Color:x6}_{plan.Volume.Channels[c].Window.Start:R}:{plan.Volume.Channels[c].Window.End:R}"));
        string view = tree.TryGet(chunk, out Node node) ? tree.ETag(node) : "";
        return $"{view}-{plan.Key}-{display}";
    }
}
