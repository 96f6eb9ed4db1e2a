using System.Net.Security;
using Microsoft.Extensions.Logging;
using ZarrFs.Core.Failures;

namespace ZarrFs.Host.Http.Access;

/// <summary>The certificate of now: read again when its files are renewed, or made anew before it ends.</summary>
internal sealed partial class ServerCertificates
{
    private static readonly TimeSpan Early = TimeSpan.FromDays(14), Renewal = TimeSpan.FromDays(1);

    private readonly FollowedFiles<LoadedCertificate>? _files;
    private readonly IReadOnlyList<string> _hosts;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private LoadedCertificate? _own;
    private LoadedCertificate? _warned;

    /// <param name="options">The files, or none.</param>
    /// <param name="hosts">Names and addresses that clients may use.</param>
    /// <param name="log">Gets what becomes of it.</param>
    /// <param name="time">By what it expires.</param>
    /// <exception cref="OptionException">Names the file, what is wrong and what to do.</exception>
    public ServerCertificates(TlsOptions options, IReadOnlyList<string> hosts, ILogger log, TimeProvider time)
    {
        _hosts = hosts;
        _log = log;
        _time = time;
        if (options is { Certificate: { } certificate, Key: { } key })
        {
            if (SecretFile.IsOpen(key)) LogOpen(key);
            _files = new FollowedFiles<LoadedCertificate>(
                [certificate, key], () => LoadedCertificate.Read(certificate, key, time.GetUtcNow()), time, read => LogRenewed(certificate, read.Expires), LogBroken);
        }

        _ = Current; // so that it is made, and warned of, before anybody connects
    }

    /// <summary>The one to begin a connection with.</summary>
    public LoadedCertificate Current
    {
        get
        {
            LoadedCertificate current = _files?.Current ?? Own();
            Warn(current);
            return current;
        }
    }

    /// <summary>What a connection takes to begin.</summary>
    public ValueTask<SslServerAuthenticationOptions> BeginAsync() => new(Current.Handshake);

    private LoadedCertificate Own()
    {
        DateTimeOffset now = _time.GetUtcNow();
        LoadedCertificate? own = Volatile.Read(ref _own);
        if (own is not null && now < own.Expires - Renewal) return own;
        var made = LoadedCertificate.Make(_hosts, now);
        if (Interlocked.CompareExchange(ref _own, made, own) != own) return _own!;
        if (own is not null) LogMade(made.Fingerprint);
        return made;
    }

    /// <summary>Once for each, also when it is found so in the midst of a run: somebody's renewal does not work.</summary>
    private void Warn(LoadedCertificate current)
    {
        if (_files is null || current.Expires - _time.GetUtcNow() > Early) return;
        if (Interlocked.Exchange(ref _warned, current) != current) LogExpiring(current.Certificate.Subject, current.Expires);
    }

    [LoggerMessage(LogLevel.Error, "{Problem}; the certificate of before stays in use")]
    private partial void LogBroken(string problem);

    [LoggerMessage(LogLevel.Information, "{Path} was renewed and is valid until {Expires:yyyy-MM-dd}")]
    private partial void LogRenewed(string path, DateTimeOffset expires);

    [LoggerMessage(LogLevel.Warning, "The certificate {Subject} expires on {Expires:yyyy-MM-dd}; renew it, and it is read without a restart")]
    private partial void LogExpiring(string subject, DateTimeOffset expires);

    [LoggerMessage(LogLevel.Warning, "The certificate made for this run has ended and there is a new one, SHA-256 {Fingerprint}")]
    private partial void LogMade(string fingerprint);

    [LoggerMessage(LogLevel.Warning, "The key {Path} can be read or changed by other users of this machine; chmod 600 keeps them out")]
    private partial void LogOpen(string path);
}
