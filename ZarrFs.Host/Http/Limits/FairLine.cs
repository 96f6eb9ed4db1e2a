using System.Diagnostics.CodeAnalysis;

namespace ZarrFs.Host.Http.Limits;

/// <summary>
/// Those who wait, with clients in turn: whoever asks for much waits behind himself and not before others. Guarded by a lock of the one who has it.
/// </summary>
internal sealed class FairLine
{
    private readonly Dictionary<ClientKey, Queue> _clients = [];
    private readonly LinkedList<Queue> _turns = new();

    /// <summary>All who wait.</summary>
    public int Count { get; private set; }

    /// <summary>How many requests of a client wait.</summary>
    public int CountOf(ClientKey client) => _clients.TryGetValue(client, out Queue? queue) ? queue.Waiters.Count : 0;

    /// <summary>Puts somebody behind the others of his client.</summary>
    public Waiter Add(ClientKey client, long amount)
    {
        if (!_clients.TryGetValue(client, out Queue? queue))
        {
            _clients.Add(client, queue = new Queue(client));
            queue.Turn = _turns.AddLast(queue);
        }

        Waiter waiter = new(client, amount);
        waiter.Place = queue.Waiters.AddLast(waiter);
        Count++;
        return waiter;
    }

    /// <summary>The first of a client whose turn it is.</summary>
    /// <param name="mayGo">Passes over clients who have enough.</param>
    /// <param name="next">The one.</param>
    public bool TryPeek(Func<ClientKey, bool> mayGo, [NotNullWhen(true)] out Waiter? next)
    {
        for (LinkedListNode<Queue>? turn = _turns.First; turn is not null; turn = turn.Next)
        {
            if (!mayGo(turn.Value.Client)) continue;
            next = turn.Value.Waiters.First!.Value;
            return true;
        }

        next = null;
        return false;
    }

    /// <summary>The last of the client who has most in line; null if nobody waits.</summary>
    public Waiter? LastOfMost() => _clients.Values.MaxBy(static queue => queue.Waiters.Count)?.Waiters.Last!.Value;

    /// <summary>Takes one out whose turn it was: the others of his client wait for their next.</summary>
    public void Serve(Waiter waiter)
    {
        Remove(waiter);
        if (!_clients.TryGetValue(waiter.Client, out Queue? queue)) return;
        _turns.Remove(queue.Turn!);
        _turns.AddLast(queue.Turn!);
    }

    /// <summary>Takes one out who gives up.</summary>
    /// <returns>False if he is in line no more.</returns>
    public bool Remove(Waiter waiter)
    {
        if (waiter.Place is not { } place) return false;
        Queue queue = _clients[waiter.Client];
        queue.Waiters.Remove(place);
        waiter.Place = null;
        Count--;
        if (queue.Waiters.Count > 0) return true;
        _clients.Remove(waiter.Client);
        _turns.Remove(queue.Turn!);
        return true;
    }

    /// <summary>One who waits; completed by the one who has the line.</summary>
    public sealed class Waiter(ClientKey client, long amount) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public ClientKey Client { get; } = client;

        /// <summary>What he waits for.</summary>
        public long Amount { get; } = amount;

        /// <summary>Null for one who is in line no more.</summary>
        public LinkedListNode<Waiter>? Place { get; set; }
    }

    private sealed class Queue(ClientKey client)
    {
        public ClientKey Client { get; } = client;

        public LinkedList<Waiter> Waiters { get; } = new();

        public LinkedListNode<Queue>? Turn { get; set; }
    }
}
