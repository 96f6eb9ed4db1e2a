using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using ZarrFs.Host.Http.Metering;

namespace ZarrFs.Host.Http.Access;

/// <summary>
/// What callers have tried so far, right and wrong. It outlives the <see cref="Gate"/> that they tried it at: another rule forgives nobody his guesses,
/// and has nobody's password hashed again that is still his.
/// </summary>
internal sealed class Attempts : IDisposable
{
    private readonly Throttle _others;
    private readonly RefusalLog _refusals;
    private readonly TimeProvider _time;
    private readonly HttpMetrics? _metrics;

    /// <param name="log">Gets who is refused.</param>
    /// <param name="time">By what attempts are forgotten.</param>
    /// <param name="metrics">Where failed attempts are counted, if anywhere.</param>
    public Attempts(ILogger log, TimeProvider time, HttpMetrics? metrics = null)
    {
        _time = time;
        _metrics = metrics;
        Guesses = new Throttle(time);
        _others = new Throttle(time); // of their own: a viewer whose link has expired asks again and again, and keeps nobody from typing a password
        Passwords = new PasswordCheck(Guesses, time);
        _refusals = new RefusalLog(log, time);
    }

    /// <summary>Those with passwords.</summary>
    public Throttle Guesses { get; }

    /// <summary>Passwords that were looked at.</summary>
    public PasswordCheck Passwords { get; }

    /// <summary>Says no: late if there were many before, and not at all what was wrong. A guess at a password was counted when it was hashed.</summary>
    /// <param name="context">The request.</param>
    /// <param name="challenges">How to ask for what is missing.</param>
    /// <param name="what">What was wrong, in the program's own words.</param>
    /// <param name="isGuess">Whether it was a password.</param>
    public async ValueTask<FailureStatus> RefuseAsync(HttpContext context, StringValues challenges, string what, bool isGuess = false)
    {
        var address = ClientAddress.Of(context.Connection.RemoteIpAddress);
        if (!isGuess)
        {
            if (_others.Wait(address) is > 0 and int wait) return FailureStatus.TooManyAttempts(wait);
            _others.Begin(address);
        }

        _refusals.Tell(context.Connection.RemoteIpAddress, what);
        _metrics?.LoginFailed();
        TimeSpan delay = (isGuess ? Guesses : _others).Delay(address);
        if (delay > TimeSpan.Zero)
        {
            try
            {
                await Task.Delay(delay, _time, context.RequestAborted);
            }
            catch (OperationCanceledException)
            {
                // Gone already: nobody hears the refusal.
            }
        }

        return FailureStatus.Unauthorized(challenges);
    }

    /// <inheritdoc/>
    public void Dispose() => Passwords.Dispose();
}
