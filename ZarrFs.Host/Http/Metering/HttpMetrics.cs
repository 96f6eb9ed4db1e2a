using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ZarrFs.Host.Http.Metering;

/// <summary>
/// What the HTTP server has done, as instruments of the meter <c>ZarrFs</c>. Counts are kept in plain numbers, so that a request costs the same
/// whether anybody listens or not; only durations are handed out one by one, and only while somebody does.
/// </summary>
internal sealed class HttpMetrics : IDisposable
{
    private static readonly string[] Kinds = ["other", "chunk", "document", "listing", "page", "picture", "dav", "s3"];
    private static readonly string[] Classes = ["1xx", "2xx", "3xx", "4xx", "5xx"];

    private readonly Meter _meter = new(Metrics.MeterName);
    private readonly Histogram<double> _duration;
    private readonly long[] _requests = new long[Kinds.Length * Classes.Length];
    private readonly long[] _sent = new long[Kinds.Length];
    private readonly TimeProvider _time;
    private readonly long _began;
    private long _connections;
    private long _refused;
    private long _failedLogins;

    /// <param name="time">The clock of <see cref="Uptime"/>; null for the system's.</param>
    public HttpMetrics(TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _began = _time.GetTimestamp();
        _meter.CreateObservableCounter("zarrfs.http.requests", Requests, "{request}", "Requests answered, by kind and class of status");
        _meter.CreateObservableCounter("zarrfs.http.sent", Sent, "By", "Bytes of bodies sent, by kind");
        _meter.CreateObservableGauge("zarrfs.http.connections", () => Volatile.Read(ref _connections), "{connection}", "Connections that are open");
        _meter.CreateObservableCounter("zarrfs.http.refused", () => Volatile.Read(ref _refused), "{request}", "Connections and requests refused because of a limit");
        _meter.CreateObservableCounter("zarrfs.http.failed_logins", () => Volatile.Read(ref _failedLogins), "{attempt}", "Passwords and tokens that were wrong");
        _duration = _meter.CreateHistogram("zarrfs.http.duration", "s", "Time from a request's headers to the end of its answer, by kind", tags: null, new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
        });
    }

    /// <summary>Requests answered.</summary>
    public long RequestCount => Sum(_requests);

    /// <summary>Bytes of bodies sent.</summary>
    public long SentBytes => Sum(_sent);

    /// <summary>Connections that are open.</summary>
    public long Connections => Volatile.Read(ref _connections);

    /// <summary>Time since this was made.</summary>
    public TimeSpan Uptime => _time.GetElapsedTime(_began);

    /// <summary>An exchange has ended, well or not.</summary>
    public void Ended(Exchange exchange)
    {
        int kind = (int)exchange.Kind, status = Math.Clamp(exchange.Context.Response.StatusCode / 100, 1, Classes.Length);
        Interlocked.Increment(ref _requests[(kind * Classes.Length) + status - 1]);
        Interlocked.Add(ref _sent[kind], exchange.BodyBytes);
        if (_duration.Enabled) _duration.Record(Stopwatch.GetElapsedTime(exchange.Began).TotalSeconds, new KeyValuePair<string, object?>("kind", Kinds[kind]));
    }

    /// <summary>A connection was opened.</summary>
    public void Connected() => Interlocked.Increment(ref _connections);

    /// <summary>A connection was closed.</summary>
    public void Disconnected() => Interlocked.Decrement(ref _connections);

    /// <summary>A connection or a request was refused because of a limit.</summary>
    public void Refused() => Interlocked.Increment(ref _refused);

    /// <summary>Somebody said who he is, and it was not so.</summary>
    public void LoginFailed() => Interlocked.Increment(ref _failedLogins);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static long Sum(long[] counts)
    {
        long sum = 0;
        foreach (ref long count in counts.AsSpan()) sum += Volatile.Read(ref count);
        return sum;
    }

    /// <summary>Those that there were: most kinds and classes never come together.</summary>
    private IEnumerable<Measurement<long>> Requests()
    {
        for (int i = 0; i < _requests.Length; i++)
        {
            if (Volatile.Read(ref _requests[i]) is > 0 and long count)
                yield return new Measurement<long>(count, new("kind", Kinds[i / Classes.Length]), new("status", Classes[i % Classes.Length]));
        }
    }

    private IEnumerable<Measurement<long>> Sent()
    {
        for (int i = 0; i < _sent.Length; i++)
        {
            if (Volatile.Read(ref _sent[i]) is > 0 and long count) yield return new Measurement<long>(count, new KeyValuePair<string, object?>("kind", Kinds[i]));
        }
    }
}
