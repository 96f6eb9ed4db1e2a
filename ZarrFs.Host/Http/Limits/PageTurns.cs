using Microsoft.AspNetCore.Http;
using ZarrFs.Core.Failures;
using ZarrFs.Host.Http.Access;

namespace ZarrFs.Host.Http.Limits;

/// <summary>
/// Bounds the listings, pages and figures that are being made at once, of all clients and of each: they take time of a processor, which those who want
/// chunks need too. A turn is held for what is made, never for how long a client takes to read it.
/// </summary>
/// <param name="mostWaiting">Requests that wait, those being answered included.</param>
internal sealed class PageTurns(int mostWaiting)
{
    private static readonly int Most = 2 * Environment.ProcessorCount;

    private readonly MakingTurns _turns = new(Most, Most / 2, mostWaiting);

    /// <summary>Waits for a turn.</summary>
    /// <exception cref="OverloadException">Too many wait, and of this client no fewer than of others.</exception>
    public async ValueTask<PageTurn> EnterAsync(HttpContext context, Caller? caller)
    {
        PageTurn turn = new(_turns, ClientKey.Of(context, caller), context.RequestAborted);
        await turn.ResumeAsync();
        return turn;
    }

    /// <summary>Makes an answer in a turn and sends it after that.</summary>
    public async Task WriteAsync(HttpContext context, Caller caller, Func<ReadOnlyMemory<byte>> make)
    {
        ReadOnlyMemory<byte> body;
        using (await EnterAsync(context, caller)) body = make();
        await BodyWriting.WriteAsync(context, body);
    }
}
