using ZarrFs.Core.Failures;
using ZarrFs.Host.Http;
using ZarrFs.Host.Http.Access;

namespace ZarrFs.Tests.Http.Access;

public sealed class SharingRulesTests
{
    private const string Way = "--tls CERT KEY", Readers = "nothing says who may read it";

    // Address; TLS: n(one), f(iles), s(elf-signed); i(nsecure); p(asswords), t(okens), P(ublic).
    [Theory]
    [InlineData("127.0.0.1:9000", "n")]
    [InlineData("127.0.0.1:9000", "n P")]
    [InlineData("127.0.0.1:9000", "n i")]
    [InlineData("localhost:9000", "n pt")]
    [InlineData("[::1]:9000", "s")]
    [InlineData("0.0.0.0:9000", "f p")]
    [InlineData("0.0.0.0:9000", "s t")]
    [InlineData("[::]:9000", "s pt")]
    [InlineData("192.168.1.2:9000", "s P")]
    [InlineData("192.168.1.2:9000", "n i P")]
    [InlineData("192.168.1.2:9000", "n i p")]
    public void What_is_said_in_full_is_allowed(string listen, string said) => Check(listen, said);

    [Theory]
    [InlineData("0.0.0.0:9000", "n", "--listen", Way, Readers, "zarrfs serve SOURCE --listen 0.0.0.0:9000 --tls-self-signed --token-file ")]
    [InlineData("192.168.1.2:9000", "n t", "--listen", Way, "serve SOURCE --listen 192.168.1.2:9000 --tls-self-signed --token-file /t/tokens.json")]
    [InlineData("[::]:80", "n p", "--listen", Way, "serve SOURCE --listen [::]:80 --tls-self-signed --password-file /t/passwords")]
    [InlineData("0.0.0.0:9000", "n P", "--listen", Way, "--tls-self-signed --public")]
    [InlineData("0.0.0.0:9000", "f", "--listen", Readers, "--tls /t/cert.pem /t/key.pem --token-file ")]
    [InlineData("0.0.0.0:9000", "n i", "--listen", Readers, "--insecure --token-file ")]
    [InlineData("0.0.0.0:9000", "s P t", "--public", "--token-file is given too")]
    [InlineData("127.0.0.1:9000", "n P p", "--public", "--password-file is given too")]
    [InlineData("127.0.0.1:9000", "s i", "--insecure", "--tls-self-signed is given too")]
    public void What_is_missing_is_named_with_a_command_that_works(string listen, string said, string option, params string[] expected)
    {
        OptionException failure = Assert.Throws<OptionException>(() => Check(listen, said));
        Assert.Equal(option, failure.Option);
        Assert.All(expected, part => Assert.Contains(part, failure.Message));
        if (!expected.Contains(Readers)) Assert.DoesNotContain(Readers, failure.Message);
        if (!expected.Contains(Way)) Assert.DoesNotContain(Way, failure.Message);
    }

    private static void Check(string listen, string said) => SharingRules.Check(
        ListenAddress.Parse(listen),
        said[0] switch { 'f' => new TlsOptions("/t/cert.pem", "/t/key.pem"), 's' => new TlsOptions(null, null), _ => null },
        new AccessOptions
        {
            IsInsecure = said.Contains('i'),
            IsPublic = said.Contains('P'),
            PasswordFile = said.Contains('p') ? "/t/passwords" : null,
            TokenFile = said.Contains('t') ? "/t/tokens.json" : null,
        });
}
