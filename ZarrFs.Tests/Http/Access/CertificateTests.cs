using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ZarrFs.Core.Failures;
using ZarrFs.Host.Http.Access;

namespace ZarrFs.Tests.Http.Access;

public sealed class CertificateTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("zarrfs tls ").FullName;
    private readonly ManualTime _time = new();
    private readonly RecordedLog _log = new();

    private DateTimeOffset Now => _time.GetUtcNow();

    public void Dispose()
    {
        Directory.Delete(_directory, recursive: true);
        _log.Dispose();
    }

    [Fact]
    public void Files_that_do_not_do_are_named_with_what_to_do()
    {
        (string certificate, string key) = Write("good", days: 90);
        (string otherCertificate, _) = Write("other", days: 90);
        (string expired, string expiredKey) = Write("expired", days: -1);
        (string early, string earlyKey) = Write("early", days: 90, from: 2);
        (_, string rsaKey) = Write("rsa", days: 90, withRsa: true);
        using var encrypted = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string locked = At("locked.pem"), empty = At("empty.pem"), garbage = At("garbage.pem");
        File.WriteAllText(locked, encrypted.ExportEncryptedPkcs8PrivateKeyPem("x", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
        File.WriteAllText(empty, "");
        File.WriteAllText(garbage, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

        Assert.NotEmpty(LoadedCertificate.Read(certificate, key, Now).Fingerprint);
        Fails(empty, key, $"{empty} has no certificate in PEM");
        Fails(garbage, key, $"{garbage} is not a certificate in PEM");
        Fails(key, key, $"{key} has no certificate in PEM");
        Fails(certificate, certificate, $"{certificate} has no private key in PEM");
        Fails(certificate, locked, $"the key {locked} is encrypted", "openssl pkey");
        Fails(otherCertificate, key, $"the key {key} does not belong to the first certificate in {otherCertificate}");
        Fails(certificate, rsaKey, $"the key {rsaKey} does not belong");
        Fails(expired, expiredKey, $"the certificate {expired} expired on 2026-01-01; renew it");
        Fails(early, earlyKey, $"the certificate {early} is valid only from 2026-01-04");
        Fails(At("none.pem"), key, "has no certificate");

        void Fails(string cert, string keyFile, params string[] parts)
        {
            OptionException failure = Assert.Throws<OptionException>(() => LoadedCertificate.Read(cert, keyFile, Now));
            Assert.Equal("--tls", failure.Option);
            Assert.All(parts, part => Assert.Contains(part, failure.Message));
        }
    }

    [Fact]
    public void A_renewed_certificate_is_taken_and_a_broken_one_is_not()
    {
        (string certificate, string key) = Write("live", days: 10);
        ServerCertificates certificates = new(new TlsOptions(certificate, key), ["x"], _log, _time);
        LoadedCertificate first = certificates.Current;
        Assert.Same(first, certificates.Current);
        Assert.Equal("Warning: The certificate CN=own expires on 2026-01-12; renew it, and it is read without a restart ", Assert.Single(_log.Lines));

        // The certificate is there before its key: for a moment they do not belong together.
        string oldKey = File.ReadAllText(key);
        Write("live", days: 90);
        string newKey = File.ReadAllText(key);
        File.WriteAllText(key, oldKey);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Same(first, certificates.Current);
        Assert.Contains("does not belong", Assert.Single(_log.Lines, line => line.Contains("the certificate of before stays in use")));
        File.WriteAllText(key, newKey + "\n");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotSame(first, certificates.Current);
        Assert.Contains(_log.Lines, line => line.Contains("was renewed and is valid until 2026-04-02"));

        // A renewal that fails in silence is noticed all the same.
        int before = _log.Lines.Count;
        _time.Advance(TimeSpan.FromDays(77));
        _ = certificates.Current;
        _ = certificates.Current;
        Assert.Equal(before + 1, _log.Lines.Count);
    }

    [Fact]
    public void A_certificate_of_this_run_names_the_machine_and_is_made_anew_before_it_ends()
    {
        ServerCertificates certificates = new(new TlsOptions(null, null), ["data.example.org", "192.168.7.8", "[2001:db8::1]"], _log, _time);
        X509Certificate2 own = certificates.Current.Certificate;
        Assert.Same(own, certificates.Current.Certificate);
        Assert.Equal("ECDSA_P256", own.GetECDsaPublicKey()!.ExportParameters(false).Curve.Oid.FriendlyName is "nistP256" or "ECDSA_P256" ? "ECDSA_P256" : "another");
        Assert.InRange((own.NotAfter - own.NotBefore).TotalDays, 80, 100);
        X509SubjectAlternativeNameExtension names = own.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.Superset(new HashSet<string> { "data.example.org", "localhost", System.Net.Dns.GetHostName() }, names.EnumerateDnsNames().ToHashSet());
        Assert.Superset(new HashSet<string> { "192.168.7.8", "2001:db8::1", "127.0.0.1", "::1" }, names.EnumerateIPAddresses().Select(address => address.ToString()).ToHashSet());
        Assert.True(own.HasPrivateKey);
        _time.Advance(TimeSpan.FromDays(89.5));
        LoadedCertificate next = certificates.Current;
        Assert.NotSame(own, next.Certificate);
        Assert.Contains(next.Fingerprint, Assert.Single(_log.Lines));
        Assert.Equal(string.Join(':', next.Certificate.GetCertHashString(HashAlgorithmName.SHA256).Chunk(2).Select(pair => new string(pair))), next.Fingerprint);
    }

    private (string Certificate, string Key) Write(string name, int days, int from = -30, bool withRsa = false)
    {
        TestCertificate.WriteChain(At($"{name}.pem"), At($"{name}.key"), Now.AddDays(from), Now.AddDays(days), withRsa).Dispose();
        return (At($"{name}.pem"), At($"{name}.key"));
    }

    private string At(string name) => Path.Combine(_directory, name);
}
