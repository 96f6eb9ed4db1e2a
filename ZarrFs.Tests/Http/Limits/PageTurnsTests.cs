using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Http;
using ZarrFs.Core.Failures;
using ZarrFs.Host.Http;
using ZarrFs.Host.Http.Limits;

namespace ZarrFs.Tests.Http.Limits;

public sealed class PageTurnsTests
{
    [Fact]
    public async Task A_turn_is_held_for_what_is_made_and_not_while_a_client_reads()
    {
        DefaultHttpContext context = new();
        PageTurns turns = new(mostWaiting: 1);
        PageTurn turn = await turns.EnterAsync(context, null);
        await Assert.ThrowsAsync<OverloadException>(() => turns.EnterAsync(context, null).AsTask());

        Pipe client = new(new PipeOptions(pauseWriterThreshold: 10, resumeWriterThreshold: 5));
        client.Writer.Write(new byte[100]);
        Task<bool> sending = turn.SendAsync(client.Writer).AsTask();
        Assert.False(sending.IsCompleted);
        (await turns.EnterAsync(context, null)).Dispose();

        client.Reader.AdvanceTo((await client.Reader.ReadAsync()).Buffer.End);
        Assert.True(await sending);
        await Assert.ThrowsAsync<OverloadException>(() => turns.EnterAsync(context, null).AsTask());
        turn.Dispose();
        turn.Dispose();
        (await turns.EnterAsync(context, null)).Dispose();
    }

    [Theory]
    [InlineData("GET", "/")]
    [InlineData("GET", "/?format=json")]
    [InlineData("GET", "/status")]
    [InlineData("GET", "/metrics")]
    [InlineData("GET", "/vol.zarr/0/")]
    [InlineData("GET", "/vol.zarr/0/?format=json")]
    [InlineData("GET", "/s3/zarrfs?list-type=2")]
    [InlineData("PROPFIND", "/vol.zarr/0/")]
    public async Task Whatever_takes_time_to_make_waits_for_a_turn_or_is_sent_away(string method, string path)
    {
        await using TestServer server = await TestServer.StartAsync(new HttpOptions { MostWaiting = 0 });
        using HttpResponseMessage refused = await server.SendAsync(new HttpMethod(method), path, ("Depth", "1"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(1, refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds);
        Assert.Equal(TestServer.Document, await server.Client.GetStringAsync("/vol.zarr/.zattrs"));
        Assert.Contains("ok", await server.Client.GetStringAsync("/healthz"), StringComparison.Ordinal);
    }
}
