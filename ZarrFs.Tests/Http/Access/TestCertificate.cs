using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ZarrFs.Tests.Http.Access;

/// <summary>Files with certificates, as an authority and its customers have them.</summary>
internal static class TestCertificate
{
    /// <summary>Makes an authority, one in between, and a certificate for 127.0.0.1 that it vouches for; writes the chain and the key.</summary>
    /// <returns>The authority.</returns>
    public static X509Certificate2 WriteChain(string certificate, string key, DateTimeOffset from, DateTimeOffset until, bool withRsa = false)
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        X509Certificate2 root = Authority("CN=root", rootKey).CreateSelfSigned(from.AddDays(-1), until.AddDays(1));
        using X509Certificate2 middle = Authority("CN=middle", middleKey).Create(root, from, until, [1, 2]).CopyWithPrivateKey(middleKey);
        using RSA? rsa = withRsa ? RSA.Create(2048) : null;
        using ECDsa own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = rsa is null ? new("CN=own", own, HashAlgorithmName.SHA256) : new("CN=own", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 made = request.Create(middle.SubjectName, X509SignatureGenerator.CreateForECDsa(middleKey), from, until, RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(certificate, $"{made.ExportCertificatePem()}\n{middle.ExportCertificatePem()}\n");
        File.WriteAllText(key, (rsa?.ExportPkcs8PrivateKeyPem() ?? own.ExportPkcs8PrivateKeyPem()) + "\n");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return root;
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        CertificateRequest request = new(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return request;
    }
}
