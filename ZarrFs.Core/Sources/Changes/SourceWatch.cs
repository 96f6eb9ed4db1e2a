using Microsoft.Extensions.Logging;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Sources.Changes;

/// <summary>
/// Looks at one source again and again, and has what has changed and come to rest taken in. It polls, because network disks tell nobody of
/// changes; the time between looks grows with what a look takes, so that looking takes 1 % of the time at most. One that took longer than the
/// one before it counts as that one: a machine that stood still for seconds meanwhile would not look again for minutes.
/// </summary>
internal sealed class SourceWatch(ISource source, ChunkStore store, WatchOptions options, ILogger logger, TimeProvider time)
{
    private const int Share = 100;

    private readonly Lock _sync = new();
    private TaskCompletionSource _asked = NewTask();
    private TaskCompletionSource _next = NewTask();
    private string? _left;
    private bool _leftTold;
    private bool _failing;

    public ISource Source => source;

    /// <summary>Has a look begin now; ends when one that began after this call has been taken in.</summary>
    public Task LookNow()
    {
        lock (_sync)
        {
            _asked.TrySetResult();
            return _next.Task;
        }
    }

    public async Task RunAsync(CancellationToken stop)
    {
        TimeSpan before = default;
        try
        {
            while (true)
            {
                TaskCompletionSource taken;
                Task asked;
                lock (_sync)
                {
                    (taken, _next, _asked) = (_next, NewTask(), NewTask());
                    asked = _asked.Task;
                }

                TimeSpan cost;
                try
                {
                    cost = await LookAsync(stop);
                }
                finally
                {
                    taken.SetResult();
                }

                TimeSpan pause = Share * (cost < before ? cost : before);
                before = cost;
                await Task.WhenAny(asked, Task.Delay(pause > options.Interval ? pause : options.Interval, time, stop));
                stop.ThrowIfCancellationRequested();
            }
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // The program stops.
        }
        finally
        {
            lock (_sync) _next.TrySetResult();
        }
    }

    /// <summary>Looks, twice if files have changed, and takes in what was the same both times; gives the time that one look took.</summary>
    private async Task<TimeSpan> LookAsync(CancellationToken stop)
    {
        long start = time.GetTimestamp();
        TimeSpan cost = default;
        try
        {
            SourceLook look = source.Look();
            cost = time.GetElapsedTime(start);
            IReadOnlyList<SourceChange> changes = look.Changes;
            if (changes.Count > 0 && options.Rest > TimeSpan.Zero)
            {
                await Task.Delay(options.Rest, time, stop);
                look = source.Look();
                changes = [.. look.Changes.Intersect(changes)];
            }

            if (changes.Count > 0) TakeIn(changes);
            TellLeft(look.Left);
            _failing = false;
        }
        catch (NotShownException)
        {
            // Nobody looks at it any more; this watch ends as well, in a moment.
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            // What is in memory is still shown; whoever reads more is told by his read. The next look may be better, whatever it was.
            var known = failure as SourceException;
            if (!_failing) WatchLog.CannotLook(logger, known?.Path ?? source.Path, known?.Detail ?? $"{failure.GetType().Name}: {failure.Message}");
            _failing = true;
        }

        return cost;
    }

    private void TakeIn(IReadOnlyList<SourceChange> changes)
    {
        store.TakeIn(source, changes);
        string what = Word(changes[0].Kind);
        if (changes.Count == 1) WatchLog.Changed(logger, changes[0].Path, what);
        else WatchLog.ChangedMany(logger, source.Path, changes.Count, changes[0].Path);
    }

    /// <summary>Said once, and when it has stopped growing: whoever copies slices into the directory copies many.</summary>
    private void TellLeft(string? left)
    {
        if (left is not null && left == _left && !_leftTold)
        {
            WatchLog.Left(logger, source.Path, left);
            _leftTold = true;
        }

        _left = left;
    }

    private static TaskCompletionSource NewTask() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static string Word(SourceChangeKind kind) => kind switch
    {
        SourceChangeKind.Gone => "is not there any more",
        SourceChangeKind.Back => "is there again",
        _ => "changed",
    };
}
