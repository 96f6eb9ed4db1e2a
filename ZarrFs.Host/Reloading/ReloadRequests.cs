using System.Threading.Channels;

namespace ZarrFs.Host.Reloading;

/// <summary>Wishes to have the configuration read anew, from signals; several at once are one.</summary>
internal sealed class ReloadRequests
{
    private readonly Channel<bool> _requests = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Has it read soon; at once if the program is up and not doing so already.</summary>
    public void Add() => _requests.Writer.TryWrite(true);

    /// <summary>Each wish, until cancelled.</summary>
    public IAsyncEnumerable<bool> ReadAllAsync(CancellationToken cancellationToken) => _requests.Reader.ReadAllAsync(cancellationToken);
}
