using System.Net;
using System.Text.Json;
using ZarrFs.Core.Failures;
using ZarrFs.Host.Http;

namespace ZarrFs.Tests.Http;

public sealed class FailureTests
{
    [Theory]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(500)]
    public async Task A_failing_chunk_is_told_in_a_problem_document(int status)
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Chunks.Failures[3] = status switch
        {
            502 => new TiffFormatException("/data/00003.tif", "page 0: it has 3 bytes where 8 are needed"),
            503 => new OverloadException("memory is full"),
            _ => new InvalidOperationException("secret"),
        };
        using HttpResponseMessage response = await server.GetAsync("/vol.zarr/0/3");
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.ToString());
        Assert.Null(response.Headers.ETag);
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        using JsonDocument problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(status, problem.RootElement.GetProperty("status").GetInt32());
        Assert.Equal("/vol.zarr/0/3", problem.RootElement.GetProperty("instance").GetString());
        string detail = problem.RootElement.GetProperty("detail").GetString()!;
        if (status == 502) Assert.Equal("/data/00003.tif: page 0: it has 3 bytes where 8 are needed", detail);
        if (status == 503) Assert.Equal(1, response.Headers.RetryAfter!.Delta!.Value.TotalSeconds);
        if (status == 500) Assert.DoesNotContain("secret", detail);

        // The connection goes on.
        Assert.Equal(1000, (await server.Client.GetByteArrayAsync("/vol.zarr/0/4")).Length);
    }

    [Fact]
    public async Task More_waiting_requests_than_allowed_are_503()
    {
        await using TestServer server = await TestServer.StartAsync(new HttpOptions { MostWaiting = 1 });
        server.Chunks.Stuck.Add(3);
        using CancellationTokenSource patience = new();
        Task<byte[]> first = server.Client.GetByteArrayAsync("/vol.zarr/0/3", patience.Token);
        await TestServer.EventuallyAsync(() => server.Chunks.Waiting == 1, "the first request never waited");
        using HttpResponseMessage second = await server.GetAsync("/vol.zarr/0/4");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, second.StatusCode);

        // A client that goes away no longer wants its chunk.
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await TestServer.EventuallyAsync(() => server.Chunks.Cancelled == 1, "the chunk's request was not cancelled");
        HttpResponseMessage third = await server.GetAsync("/vol.zarr/0/4");
        while (third.StatusCode == HttpStatusCode.ServiceUnavailable) // its place comes free a moment later
        {
            third.Dispose();
            third = await server.GetAsync("/vol.zarr/0/4");
        }

        using (third) Assert.Equal(1000, (await third.Content.ReadAsByteArrayAsync()).Length);
    }

    [Fact]
    public async Task A_chunk_of_another_length_than_stated_is_500()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Tree.AddChunk("wrong", 5, TestServer.SmallChunk + 1);
        using HttpResponseMessage response = await server.GetAsync("/wrong");
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        await server.AssertNoLeaseIsOutAsync();
    }

    [Fact]
    public async Task Room_is_given_in_turn()
    {
        SendingBudget budget = new(100, TimeSpan.FromMinutes(2));
        Assert.True(budget.TryTake(500));
        Assert.False(budget.TryTake(1));
        using CancellationTokenSource leaves = new();
        Task first = budget.TakeAsync(default, 90, leaves.Token);
        Task second = budget.TakeAsync(default, 60, CancellationToken.None);
        Task third = budget.TakeAsync(default, 40, CancellationToken.None);
        Assert.False(first.IsCompleted || second.IsCompleted || third.IsCompleted);
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        budget.Return(500);
        await second;
        await third;
        Assert.Equal(100, budget.Taken);
        budget.Return(100);
        Assert.Equal(0, budget.Taken);
    }
}
