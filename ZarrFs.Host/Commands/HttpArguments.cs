using System.CommandLine;

namespace ZarrFs.Host.Commands;

/// <summary>The options of the HTTP service: where it listens, and who may read what.</summary>
internal sealed class HttpArguments
{
    private readonly Option<string?> _listen = new("--listen") { HelpName = "ADDRESS", Description = $"Address and port. Default of serve: {ServeCommand.DefaultListen}, this machine only; port 0 takes a free one." };

    private readonly Option<string[]> _tls = new("--tls") { HelpName = "CERT KEY", Description = "HTTPS with this certificate and its private key, PEM files.", Arity = new ArgumentArity(2, 2), AllowMultipleArgumentsPerToken = true };

    private readonly Option<bool?> _selfSigned = new("--tls-self-signed") { Description = "HTTPS with a certificate made for this run, which nobody vouches for; its fingerprint is told." };

    private readonly Option<bool?> _insecure = new("--insecure") { Description = "Answer other machines without TLS: whoever is on the way can read data and passwords." };

    private readonly Option<bool?> _public = new("--public") { Description = "Everybody who reaches the service may read everything." };

    private readonly Option<string?> _passwords = new("--password-file") { HelpName = "FILE", Description = "Ask for a user and password out of this file; 'zarrfs password' makes it." };

    private readonly Option<string?> _tokens = new("--token-file") { HelpName = "FILE", Description = "Take tokens out of this file; 'zarrfs token create' makes it. Links with a token work where no password can be typed." };

    private readonly Option<string?> _connections = new("--max-connections") { HelpName = "N", Description = "Most connections at once. Default: auto." };

    private readonly Option<string?> _rate = new("--max-rate") { HelpName = "N", Description = "Most requests a second of one client. Default: auto." };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_listen, _tls, _selfSigned, _insecure, _public, _passwords, _tokens, _connections, _rate]) command.Options.Add(option);
    }

    /// <summary>What was given, as configuration keys.</summary>
    public IEnumerable<(string Key, string? Value)> Read(ParseResult parsed)
    {
        string[]? tls = parsed.GetValue(_tls) is { Length: 2 } given ? given : null;
        return
        [
            ("Http:Listen", parsed.GetValue(_listen)),
            ("Http:TlsCertificate", tls?[0]),
            ("Http:TlsKey", tls?[1]),
            ("Http:TlsSelfSigned", parsed.GetValue(_selfSigned)?.ToString()),
            ("Http:Insecure", parsed.GetValue(_insecure)?.ToString()),
            ("Http:Public", parsed.GetValue(_public)?.ToString()),
            ("Http:PasswordFile", parsed.GetValue(_passwords)),
            ("Http:TokenFile", parsed.GetValue(_tokens)),
            ("Http:MaxConnections", parsed.GetValue(_connections)),
            ("Http:MaxRate", parsed.GetValue(_rate)),
        ];
    }
}
