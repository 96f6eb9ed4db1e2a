using Microsoft.Extensions.Primitives;
using ZarrFs.Host.Http;
using ZarrFs.Host.Http.Access;

namespace ZarrFs.Tests.Http.Access;

public sealed class RedactionTests
{
    private const string Text = "zarrfs_abcdefgh_4s_5sCHfdczatDssC50-2Ra1Wbv6b47UXVGusWSNxuk";

    [Theory]
    [InlineData("/", "/")]
    [InlineData("/vol.zarr/0/1/2/3", "/vol.zarr/0/1/2/3")]
    [InlineData("/?format=json", "/?format=json")]
    [InlineData("/a%20b/c?x=1&y=%2F", "/a%20b/c?x=1&y=%2F")]
    [InlineData("*", "*")]
    [InlineData("/t/" + Text, "/t/...")]
    [InlineData("/t/" + Text + "/vol.zarr/.zattrs", "/t/.../vol.zarr/.zattrs")]
    [InlineData("/t/anything/x?y", "/t/.../x?y")]
    [InlineData("/%74/" + Text + "/x", "/%74/.../x")]
    [InlineData("/t/zarrfs%5Fabcdefgh%5F4s/x", "/t/.../x")]
    [InlineData("/x/%7Aarrfs%5Fabcdefgh%5F4s/%ff%zz", "/x/.../%ff%zz")]
    [InlineData("http://host/t/" + Text + "/x", "http://host/t/.../x")]
    [InlineData("//t/" + Text, "//t/...")]
    [InlineData("/" + Text, "/...")]
    [InlineData("/vol?token=" + Text + "&a=1", "/vol?...")]
    [InlineData("/vol?token=%7A%61rrfs_abc", "/vol?...")]
    [InlineData("/s3/vol?X-Amz-Signature=abc", "/s3/vol?...")]
    public void No_secret_is_left(string target, string told) => Assert.Equal(told, Redaction.Of(target));

    [Theory]
    [InlineData("", CredentialsKind.None)]
    [InlineData("Bearer " + Text, CredentialsKind.Token)]
    [InlineData("bearer  " + Text, CredentialsKind.Token)]
    [InlineData("Bearer", CredentialsKind.Unknown)]
    [InlineData("Bearer abc", CredentialsKind.Unknown)]
    [InlineData("Basic", CredentialsKind.Unknown)]
    [InlineData("Basic !!!", CredentialsKind.Unknown)]
    [InlineData("Basic YQ==", CredentialsKind.Unknown)] // a
    [InlineData("Basic 5Dr2", CredentialsKind.Password, "ä", "ö")] // Latin-1
    [InlineData("Basic YTpi", CredentialsKind.Password, "a", "b")]
    [InlineData("BASIC YTpiOmM=", CredentialsKind.Password, "a", "b:c")]
    [InlineData("Basic Og==", CredentialsKind.Password, "", "")]
    [InlineData("Basic w6Q6w7Y=", CredentialsKind.Password, "ä", "ö")]
    [InlineData("Basic eDp6YXJyZnNfYWJjZGVmZ2hfNHNfNXNDSGZkY3phdERzc0M1MC0yUmExV2J2NmI0N1VYVkd1c1dTTnh1aw==", CredentialsKind.Token, "x")]
    [InlineData("AWS4-HMAC-SHA256 Credential=x", CredentialsKind.Signature)]
    [InlineData("Digest username=x", CredentialsKind.Unknown)]
    public void Credentials_are_read(string header, object kind, string user = "", string password = "")
    {
        var read = Credentials.Read(header.Length == 0 ? StringValues.Empty : header);
        Assert.Equal(((CredentialsKind)kind, user, password), (read.Kind, read.User, read.Password));
        Assert.Equal((CredentialsKind)kind == CredentialsKind.Token ? Text : null, read.Token?.Text);
        Assert.DoesNotContain("zarrfs_", read.ToString());
        Assert.Equal(CredentialsKind.Unknown, Credentials.Read(new StringValues(["Bearer " + Text, "Bearer " + Text])).Kind);
    }
}
