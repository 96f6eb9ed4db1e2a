using Microsoft.AspNetCore.Http;
using ZarrFs.Host.Http.Transport;

namespace ZarrFs.Host.Http.Limits;

/// <summary>
/// Looks now and then at the clients who do not take at once what is sent to them. Who takes nothing for a moment has taken back what is held for him; who
/// is too slow over the whole answer is cut off.
/// </summary>
/// <param name="slowest">Bytes a second that must be taken after <see cref="Grace"/>, on average from the beginning.</param>
internal sealed class SlowClients(int slowest) : IDisposable
{
    // Longer than a healthy connection pauses (200 ms for a lost packet), and short for those who wait for room.
    private const int MilliSeconds = 300;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly Dictionary<Loan, Sending> _sendings = [];
    private Timer? _look;
    private long _looks;

    /// <summary>Waits until something is sent, with an eye on who takes it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="loan">What is being sent.</param>
    /// <param name="length">Its bytes at the beginning.</param>
    /// <param name="sending">Completes when it is sent.</param>
    public async Task WatchAsync(HttpContext context, Loan loan, int length, Task sending)
    {
        lock (_sendings)
        {
            _look ??= new Timer(static clients => ((SlowClients)clients!).Look(), this, Timeout.Infinite, Timeout.Infinite);
            _sendings.Add(loan, new Sending(context, length, _looks));
            if (_sendings.Count == 1) _look.Change(MilliSeconds, MilliSeconds);
        }

        try
        {
            await sending;
        }
        finally
        {
            lock (_sendings)
            {
                _sendings.Remove(loan);
                if (_sendings.Count == 0) _look.Change(Timeout.Infinite, Timeout.Infinite);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _look?.Dispose();

    private void Look()
    {
        long before = Environment.TickCount64 - MilliSeconds;
        lock (_sendings)
        {
            _looks++;
            foreach ((Loan loan, Sending sending) in _sendings)
            {
                loan.GiveBackIfResting(before);
                // By looks and not by a clock: while this machine stands still nobody can take anything.
                long passed = (_looks - sending.BeganAt) * MilliSeconds;
                if (passed > Grace.TotalMilliseconds && (sending.Length - loan.Left) * 1000L / passed < slowest) sending.Context.Abort();
            }
        }
    }

    private readonly record struct Sending(HttpContext Context, int Length, long BeganAt);
}
