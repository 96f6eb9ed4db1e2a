using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ZarrFs.Core.Failures;

namespace ZarrFs.Host.Http.Access;

/// <summary>A certificate with its private key, those that vouch for it, and how TLS is spoken with it.</summary>
internal sealed class LoadedCertificate
{
    private const string Option = "--tls";
    private const int MostBytes = 1 << 20;

    // Not for long, since nobody can revoke it; a run that goes on makes another in time.
    private static readonly TimeSpan OwnValidity = TimeSpan.FromDays(90);

    private LoadedCertificate(X509Certificate2 certificate, X509Certificate2Collection others)
    {
        Certificate = certificate;
        Handshake = new SslServerAuthenticationOptions
        {
            // Without asking anybody over the network who may vouch for it: those are in the file.
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, others, offline: true),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
    }

    /// <summary>The server's own.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>What a connection takes to begin.</summary>
    public SslServerAuthenticationOptions Handshake { get; }

    /// <summary>The end of its validity.</summary>
    public DateTimeOffset Expires => new(Certificate.NotAfter);

    /// <summary>SHA-256 of it, as browsers show it: <c>AB:CD:…</c>.</summary>
    public string Fingerprint => string.Join(':', SHA256.HashData(Certificate.RawData).Select(value => value.ToString("X2")));

    /// <summary>Reads PEM files.</summary>
    /// <exception cref="OptionException">Names the file, what is wrong and what to do.</exception>
    public static LoadedCertificate Read(string certificatePath, string keyPath, DateTimeOffset now)
    {
        string certificates = SecretFile.ReadText(Option, certificatePath, MostBytes), key = SecretFile.ReadText(Option, keyPath, MostBytes);
        X509Certificate2Collection all = [];
        try
        {
            all.ImportFromPem(certificates);
        }
        catch (CryptographicException failure)
        {
            throw new OptionException(Option, $"{certificatePath} is not a certificate in PEM: {failure.Message}");
        }

        if (all.Count == 0)
            throw new OptionException(Option, $"{certificatePath} has no certificate in PEM; expected -----BEGIN CERTIFICATE-----, the server's own first, then those that vouch for it");
        if (key.Contains("ENCRYPTED", StringComparison.Ordinal))
            throw new OptionException(Option, $"the key {keyPath} is encrypted, and nobody is there to type its password; decrypt it: openssl pkey -in {keyPath} -out NEW.pem");
        if (!key.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            throw new OptionException(Option, $"{keyPath} has no private key in PEM; expected -----BEGIN PRIVATE KEY-----");
        X509Certificate2 own;
        try
        {
            own = X509Certificate2.CreateFromPem(certificates, key);
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            throw new OptionException(
                Option, $"the key {keyPath} does not belong to the first certificate in {certificatePath} ({all[0].Subject}), or is of a kind that is not known: {failure.Message}");
        }

        if (new DateTimeOffset(own.NotAfter) <= now) throw new OptionException(Option, $"the certificate {certificatePath} expired on {own.NotAfter:yyyy-MM-dd}; renew it");
        if (new DateTimeOffset(own.NotBefore) > now) throw new OptionException(Option, $"the certificate {certificatePath} is valid only from {own.NotBefore:yyyy-MM-dd HH:mm}; wait, or set the clock");
        all.RemoveAt(0);
        return new LoadedCertificate(own, all);
    }

    /// <summary>Makes one that nobody vouches for.</summary>
    /// <param name="hosts">Names and addresses that clients may use.</param>
    /// <param name="now">When.</param>
    public static LoadedCertificate Make(IEnumerable<string> hosts, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=ZarrFs on {Dns.GetHostName()}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        foreach (string host in hosts.Concat(["localhost", "127.0.0.1", "[::1]", Dns.GetHostName()]).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address)) names.AddIpAddress(Unscoped(address));
            else names.AddDnsName(host);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        return new LoadedCertificate(request.CreateSelfSigned(now.AddHours(-1), now + OwnValidity), []);
    }

    private static IPAddress Unscoped(IPAddress address) =>
        address is { AddressFamily: AddressFamily.InterNetworkV6, ScopeId: not 0 } ? new IPAddress(address.GetAddressBytes()) : address;
}
