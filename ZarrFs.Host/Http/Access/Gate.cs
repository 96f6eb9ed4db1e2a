using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using ZarrFs.Core.Failures;
using ZarrFs.Host.Http.Pictures;

namespace ZarrFs.Host.Http.Access;

/// <summary>
/// Admits who has a password or a token. A token comes as a bearer, in the place of a password, or in front of the path, <c>/t/TOKEN/…</c>, where
/// no header can be sent. Whether one has ended, was revoked or never was is not to be told apart.
/// </summary>
internal sealed partial class Gate : IAccessKeys
{
    private static readonly StringValues Challenges = new([$"Basic realm=\"{Realm}\", charset=\"UTF-8\"", $"Bearer realm=\"{Realm}\""]);

    // No browser is to ask for a password in the midst of a viewer: it would not help there.
    private static readonly StringValues LinkChallenge = $"Bearer realm=\"{Realm}\"";

    private const string Realm = "ZarrFs";

    private readonly FollowedFiles<PasswordList>? _passwords;
    private readonly FollowedFiles<TokenFile>? _tokens;
    private readonly AccessOptions _options;
    private readonly Func<IEnumerable<string>> _volumes;
    private readonly Attempts _attempts;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    /// <param name="options">The files.</param>
    /// <param name="volumes">Names of the volumes that there are, to warn of those that are not.</param>
    /// <param name="attempts">What was tried before, at other gates too.</param>
    /// <param name="log">Gets what is wrong with the files.</param>
    /// <param name="time">By what tokens end.</param>
    /// <exception cref="OptionException">A file is not as it should be.</exception>
    public Gate(AccessOptions options, Func<IEnumerable<string>> volumes, Attempts attempts, ILogger log, TimeProvider time)
    {
        _options = options;
        _volumes = volumes;
        _attempts = attempts;
        _log = log;
        _time = time;
        if (options.PasswordFile is { } passwords)
            _passwords = new FollowedFiles<PasswordList>([passwords], () => PasswordList.Read(passwords), time, list => Warn(passwords, list.Volumes), LogBroken);
        if (options.TokenFile is { } tokens)
            _tokens = new FollowedFiles<TokenFile>([tokens], () => TokenFile.Read(tokens), time, file => Warn(tokens, file), LogBroken);
    }

    /// <summary>Tells what is odd about the files, which is told again by itself when they change. To be called when their volumes are there.</summary>
    public void Warn()
    {
        if (_passwords is not null) Warn(_options.PasswordFile!, _passwords.Current.Volumes);
        if (_tokens is not null) Warn(_options.TokenFile!, _tokens.Current);
    }

    /// <summary>Finds out who asks. Completes at once unless a password must be hashed or a failed attempt is slowed; never throws for what a client sends.</summary>
    /// <param name="context">The request; if it is refused, the headers that belong to the refusal are set.</param>
    /// <param name="path">As <see cref="RequestPath"/> reads it; a token in front of it is taken off.</param>
    public ValueTask<Admission> AdmitAsync(HttpContext context, string path)
    {
        // Monitors have no password, and learn nothing.
        if (path == "healthz") return Admit(Caller.Nobody, path);
        // A volume may be called t too.
        if (path == "t" || (path.StartsWith("t/", StringComparison.Ordinal) && path != "t" + PictureDoor.FileName)) return AdmitLink(context, path);
        Credentials given = Credentials.Read(context.Request.Headers.Authorization);
        switch (given.Kind)
        {
            case CredentialsKind.Token when Find(given.Token!) is { } caller:
                return Admit(caller, path);
            case CredentialsKind.Token:
                return RefuseAsync(context, Challenges, $"token {given.Token!.Id} is unknown, revoked or expired");
            case CredentialsKind.Password:
                return new ValueTask<Admission>(AdmitPasswordAsync(context, path, given));
            case CredentialsKind.None or CredentialsKind.Signature when path == "s3" || path.StartsWith("s3/", StringComparison.Ordinal):
                // The S3 door has its own way of saying who one is, and of refusing.
                return Admit(Caller.Nobody, path);
            case CredentialsKind.None:
                return new ValueTask<Admission>(new Admission(null, path, FailureStatus.Unauthorized(Challenges)));
            default:
                return RefuseAsync(context, Challenges, "what it says in Authorization is neither a password nor a token");
        }
    }

    /// <inheritdoc/>
    public bool TryFind(string accessKey, out string secret, out Caller caller)
    {
        TokenEntry? entry = _tokens?.Current.FindKey(accessKey, _time.GetUtcNow());
        secret = entry?.Key?.Secret ?? "";
        caller = entry?.Caller ?? Caller.Nobody;
        return entry is not null;
    }

    /// <inheritdoc/>
    public ValueTask<FailureStatus> RefuseAsync(HttpContext context, string what) => _attempts.RefuseAsync(context, Challenges, what);

    private static ValueTask<Admission> Admit(Caller caller, string path) => new(new Admission(caller, path, null));

    private ValueTask<Admission> AdmitLink(HttpContext context, string path)
    {
        string rest = path.Length > 2 ? path[2..] : "";
        int slash = rest.IndexOf('/');
        string text = slash < 0 ? rest : rest[..slash];
        if (!Token.TryParse(text, out Token token)) return RefuseAsync(context, LinkChallenge, "its link has no token");
        return Find(token) is { } caller
            ? Admit(caller with { BasePath = $"/t/{token.Text}" }, slash < 0 ? "" : rest[(slash + 1)..])
            : RefuseAsync(context, LinkChallenge, $"token {token.Id} is unknown, revoked or expired");
    }

    private Caller? Find(Token token) => _tokens?.Current.Find(token, _time.GetUtcNow())?.Caller;

    private async Task<Admission> AdmitPasswordAsync(HttpContext context, string path, Credentials given)
    {
        PasswordList? list = _passwords?.Current;
        PasswordEntry? entry = list?.Find(given.User);

        // Who is logged in already guesses nothing, whatever others behind his address do.
        if (entry is not null && _attempts.Passwords.IsRemembered(given.User, given.Password, entry)) return new Admission(entry.Caller, path, null);
        var address = ClientAddress.Of(context.Connection.RemoteIpAddress);
        if (_attempts.Guesses.Wait(address) is > 0 and int wait) return new Admission(null, path, FailureStatus.TooManyAttempts(wait));
        string wrong = $"wrong user or password, user '{RefusalLog.Printable(given.User)}'";
        if (list is null) return await RefuseAsync(context, Challenges, wrong);

        // Somebody who is not there is hashed too, and comes out as wrong whatever the sum is.
        PasswordVerdict verdict = await _attempts.Passwords.CheckAsync(given.User, given.Password, entry ?? list.Decoy, address);
        if (verdict == PasswordVerdict.Busy) return new Admission(null, path, FailureStatus.Overloaded("too many passwords wait to be looked at"));
        if (verdict == PasswordVerdict.Right && entry is not null) return new Admission(entry.Caller, path, null);
        return await RefuseAsync(context, Challenges, wrong, isGuess: true);
    }

    private async ValueTask<Admission> RefuseAsync(HttpContext context, StringValues challenges, string what, bool isGuess = false) =>
        new(null, "", await _attempts.RefuseAsync(context, challenges, what, isGuess));

    private void Warn(string path, TokenFile tokens)
    {
        if (tokens.Entries.Count == 0) LogNoTokens(path);
        Warn(path, tokens.Volumes);
    }

    private void Warn(string path, IEnumerable<string> named)
    {
        if (SecretFile.IsOpen(path)) LogOpen(path);
        HashSet<string> known = [.. _volumes()];
        foreach (string name in named.Distinct(StringComparer.Ordinal).Where(name => !known.Contains(name))) LogUnknownVolume(path, name, string.Join(", ", known));
    }

    [LoggerMessage(LogLevel.Error, "{Problem}; what it said before stays in force")]
    private partial void LogBroken(string problem);

    [LoggerMessage(LogLevel.Warning, "{Path} has no tokens in it, which let nobody in; 'zarrfs token create --token-file {Path}' makes one")]
    private partial void LogNoTokens(string path);

    [LoggerMessage(LogLevel.Warning, "{Path} can be read or changed by other users of this machine; chmod 600 keeps them out")]
    private partial void LogOpen(string path);

    [LoggerMessage(LogLevel.Warning, "{Path} names the volume '{Volume}', which is not there; there is: {Known}")]
    private partial void LogUnknownVolume(string path, string volume, string known);
}
