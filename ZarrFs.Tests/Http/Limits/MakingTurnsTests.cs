using ZarrFs.Core.Failures;
using ZarrFs.Host.Http.Limits;

namespace ZarrFs.Tests.Http.Limits;

public sealed class MakingTurnsTests
{
    private static readonly ClientKey Greedy = new("greedy", default);
    private static readonly ClientKey Modest = new("modest", default);

    [Fact]
    public async Task One_request_of_another_goes_before_a_thousand_of_one()
    {
        MakingTurns turns = new(2, 2, 2000);
        Task[] many = [.. Enumerable.Range(0, 1000).Select(_ => turns.EnterAsync(Greedy, CancellationToken.None).AsTask())];
        ValueTask one = turns.EnterAsync(Modest, CancellationToken.None);
        Assert.Equal((2, 999), (many.Count(static turn => turn.IsCompleted), turns.Waiting));
        Assert.False(one.IsCompleted);
        turns.Leave(Greedy);
        turns.Leave(Greedy);
        await one;
        await many[2];
        Assert.Equal((3, 997), (many.Count(static turn => turn.IsCompleted), turns.Waiting));
    }

    [Fact]
    public async Task Nobody_has_all_turns()
    {
        MakingTurns turns = new(4, 2, 100);
        for (int i = 0; i < 2; i++) await turns.EnterAsync(Greedy, CancellationToken.None);
        ValueTask third = turns.EnterAsync(Greedy, CancellationToken.None);
        Assert.False(third.IsCompleted);
        await turns.EnterAsync(Modest, CancellationToken.None);
        turns.Leave(Modest);
        Assert.False(third.IsCompleted);
        turns.Leave(Greedy);
        await third;
    }

    [Fact]
    public async Task Where_all_places_are_taken_the_last_of_who_has_most_goes()
    {
        MakingTurns turns = new(1, 1, 4);
        await turns.EnterAsync(Greedy, CancellationToken.None);
        ValueTask second = turns.EnterAsync(Greedy, CancellationToken.None);
        ValueTask third = turns.EnterAsync(Greedy, CancellationToken.None);
        ValueTask fourth = turns.EnterAsync(Greedy, CancellationToken.None);
        await Assert.ThrowsAsync<OverloadException>(() => turns.EnterAsync(Greedy, CancellationToken.None).AsTask());
        ValueTask one = turns.EnterAsync(Modest, CancellationToken.None);
        await Assert.ThrowsAsync<OverloadException>(fourth.AsTask);
        turns.Leave(Greedy);
        await second;
        turns.Leave(Greedy);
        await one;
        turns.Leave(Modest);
        await third;
        turns.Leave(Greedy);
        Assert.Equal(0, turns.Waiting);
    }

    [Fact]
    public async Task Who_gives_up_leaves_the_line()
    {
        MakingTurns turns = new(1, 1, 10);
        await turns.EnterAsync(Greedy, CancellationToken.None);
        using CancellationTokenSource givesUp = new();
        ValueTask gone = turns.EnterAsync(Modest, givesUp.Token);
        ValueTask next = turns.EnterAsync(Greedy, CancellationToken.None);
        await givesUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(gone.AsTask);
        Assert.Equal(1, turns.Waiting);
        turns.Leave(Greedy);
        await next;
        turns.Leave(Greedy);
        await turns.EnterAsync(Modest, CancellationToken.None);
    }

    [Fact]
    public async Task Turns_are_neither_lost_nor_made_up()
    {
        MakingTurns turns = new(3, 2, 50);
        int inside = 0, most = 0, refused = 0;
        // While all turns are taken, the line fills, and who comes then is refused.
        ClientKey[] first = [Greedy, Greedy, Modest];
        foreach (ClientKey client in first) await turns.EnterAsync(client, CancellationToken.None);
        var all = Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(async () =>
        {
            Random random = new(i);
            ClientKey client = new($"client {i % 7}", default);
            for (int round = 0; round < 100; round++)
            {
                using CancellationTokenSource leaves = new();
                if (random.Next(4) == 0) leaves.CancelAfter(random.Next(3));
                try
                {
                    await turns.EnterAsync(client, leaves.Token);
                }
                catch (OperationCanceledException)
                {
                    continue;
                }
                catch (OverloadException)
                {
                    Interlocked.Increment(ref refused);
                    continue;
                }

                int now = Interlocked.Increment(ref inside);
                lock (turns) most = Math.Max(most, now);
                await Task.Yield();
                Interlocked.Decrement(ref inside);
                turns.Leave(client);
            }
        })));
        await TestServer.EventuallyAsync(() => Volatile.Read(ref refused) > 0, "nobody is refused");
        foreach (ClientKey client in first) turns.Leave(client);
        await all;
        Assert.Equal((0, 0), (turns.Waiting, inside));
        Assert.InRange(most, 1, 3);
        for (int i = 0; i < 3; i++) await turns.EnterAsync(new ClientKey($"{i}", default), CancellationToken.None);
    }
}
