using Microsoft.AspNetCore.Http;
using ZarrFs.Host.Http;
using ZarrFs.Host.Http.Access;
using ZarrFs.Host.Http.S3;

namespace ZarrFs.Tests.Http.S3;

/// <summary>Signatures are those of the examples in AWS's documentation, and of nothing else.</summary>
public sealed class SignatureTests
{
    private const string AccessKey = "AKIAIOSFODNN7EXAMPLE";
    private const string Host = "examplebucket.s3.amazonaws.com";
    private const string Scope = AccessKey + "/20130524/us-east-1/s3/aws4_request";
    private const string Presigned =
        "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z"
        + "&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";

    private static readonly DateTimeOffset Then = new(2013, 5, 24, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("/test.txt", "host;range;x-amz-content-sha256;x-amz-date", "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")]
    [InlineData("/?lifecycle", "host;x-amz-content-sha256;x-amz-date", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")]
    [InlineData("/?max-keys=2&prefix=J", "host;x-amz-content-sha256;x-amz-date", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")]
    [InlineData("/?prefix=J&max-keys=2", "host;x-amz-content-sha256;x-amz-date", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")]
    [InlineData("/%74est.txt", "host;range;x-amz-content-sha256;x-amz-date", "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")]
    [InlineData("http://examplebucket.s3.amazonaws.com/test.txt", "host;range;x-amz-content-sha256;x-amz-date", "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")]
    public void Examples_of_the_documentation_are_accepted(string target, string signed, string signature)
    {
        HeaderDictionary headers = Headers(signed, signature);
        Assert.Null(Check("GET", target, headers, Then, out Caller? caller));
        Assert.Equal("one", caller!.Name);
        Assert.Null(Check("GET", target, headers, Then.AddMinutes(15), out _));
        Assert.Null(Check("GET", target, headers, Then.AddMinutes(-15), out _));
    }

    [Fact]
    public void An_address_signed_as_in_the_documentation_holds_for_its_time()
    {
        HeaderDictionary headers = new() { ["Host"] = Host };
        Assert.Null(Check("GET", Presigned, headers, Then, out Caller? caller));
        Assert.Equal("one", caller!.Name);
        Assert.Null(Check("GET", Presigned, headers, Then.AddHours(24), out _));
        Assert.Equal(S3Error.Expired, Check("GET", Presigned, headers, Then.AddHours(24).AddSeconds(1), out _));
        Assert.Equal(S3Error.Skewed, Check("GET", Presigned, headers, Then.AddMinutes(-16), out _));
        Assert.Equal(S3Error.WrongSignature, Check("HEAD", Presigned, headers, Then, out _));
        Assert.Equal(S3Error.WrongSignature, Check("GET", Presigned.Replace("86400", "86401", StringComparison.Ordinal), headers, Then, out _));
        Assert.Equal(S3Error.WrongSignature, Check("GET", Presigned + "&prefix=a", headers, Then, out _));
        Assert.Equal(S3Error.WrongSignature, Check("GET", Presigned, new HeaderDictionary { ["Host"] = "example.org" }, Then, out caller));
        Assert.Null(caller);
    }

    [Theory]
    [InlineData("GET", "/test2.txt")]
    [InlineData("GET", "/test.txt?a=b")]
    [InlineData("HEAD", "/test.txt")]
    public void Another_request_is_not_the_one_that_was_signed(string method, string target) =>
        Assert.Equal(S3Error.WrongSignature, Check(method, target, Headers(), Then, out _));

    [Theory]
    [InlineData("range", "bytes=0-10")]
    [InlineData("x-amz-content-sha256", "UNSIGNED-PAYLOAD")]
    [InlineData("host", "example.org")]
    public void Another_header_is_not_the_one_that_was_signed(string name, string value)
    {
        HeaderDictionary headers = Headers();
        headers[name] = value;
        Assert.Equal(S3Error.WrongSignature, Check("GET", "/test.txt", headers, Then, out _));
        headers.Remove(name);
        Assert.Equal(S3Error.WrongSignature, Check("GET", "/test.txt", headers, Then, out _));
    }

    [Theory]
    [InlineData("-16", "RequestTimeTooSkewed")]
    [InlineData("16", "RequestTimeTooSkewed")]
    [InlineData("10000000", "RequestTimeTooSkewed")]
    public void Clocks_that_are_apart_are_told(string minutes, string code) =>
        Assert.Equal(code, Check("GET", "/test.txt", Headers(), Then.AddMinutes(int.Parse(minutes)), out _)!.Code);

    [Theory]
    [InlineData("", "AccessDenied")]
    [InlineData("Basic abc", "AccessDenied")]
    [InlineData("AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=", "InvalidRequest")]
    [InlineData("AWS4-HMAC-SHA256", "InvalidRequest")]
    [InlineData("AWS4-HMAC-SHA256 ", "AuthorizationHeaderMalformed")]
    [InlineData("AWS4-HMAC-SHA256 Credential", "AuthorizationHeaderMalformed")]
    [InlineData("AWS4-HMAC-SHA256 Credential=" + Scope + ",Credential=x,SignedHeaders=host,Signature=0", "AuthorizationHeaderMalformed")]
    [InlineData("AWS4-HMAC-SHA256 Credential=" + Scope + ",SignedHeaders=host", "AuthorizationHeaderMalformed")]
    [InlineData("AWS4-HMAC-SHA256 Credential=" + Scope + ",SignedHeaders=range,Signature=0", "AuthorizationHeaderMalformed")]
    [InlineData("AWS4-HMAC-SHA256 Credential=x/20130524/us-east-1/ec2/aws4_request,SignedHeaders=host,Signature=0", "AuthorizationHeaderMalformed")]
    [InlineData("AWS4-HMAC-SHA256 Credential=x/20130525/us-east-1/s3/aws4_request,SignedHeaders=host,Signature=0", "AuthorizationHeaderMalformed")]
    [InlineData("AWS4-HMAC-SHA256 Credential=x/y/20130524/us-east-1/s3/aws4_request,SignedHeaders=host,Signature=0", "AuthorizationHeaderMalformed")]
    [InlineData("AWS4-HMAC-SHA256 Credential=UNKNOWN/20130524/us-east-1/s3/aws4_request,SignedHeaders=host,Signature=0", "InvalidAccessKeyId")]
    [InlineData("AWS4-HMAC-SHA256 Credential=" + Scope + ",SignedHeaders=host,Signature=", "SignatureDoesNotMatch")]
    [InlineData("AWS4-HMAC-SHA256 Credential=" + Scope + ", SignedHeaders=host;;, Signature=é", "SignatureDoesNotMatch")]
    public void What_is_no_signature_is_refused_by_name(string authorization, string code)
    {
        HeaderDictionary headers = Headers();
        headers["Authorization"] = authorization;
        Assert.Equal(code, Check("GET", "/test.txt", headers, Then, out Caller? caller)!.Code);
        Assert.Null(caller);
    }

    [Theory]
    [InlineData("X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Algorithm=AWS4-HMAC-SHA1")]
    [InlineData("X-Amz-Expires=86400", "X-Amz-Expires=604801")]
    [InlineData("X-Amz-Expires=86400", "X-Amz-Expires=0")]
    [InlineData("X-Amz-Expires=86400", "X-Amz-Expires=-1")]
    [InlineData("X-Amz-Expires=86400&", "")]
    [InlineData("X-Amz-Date=20130524T000000Z", "X-Amz-Date=today")]
    public void A_signed_address_of_another_form_is_refused(string part, string instead)
    {
        HeaderDictionary headers = new() { ["Host"] = Host };
        Assert.Equal("AuthorizationQueryParametersError", Check("GET", Presigned.Replace(part, instead, StringComparison.Ordinal), headers, Then, out _)!.Code);
    }

    private static HeaderDictionary Headers(
        string signed = "host;range;x-amz-content-sha256;x-amz-date", string signature = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41") => new()
    {
        ["Host"] = Host,
        ["Range"] = "bytes=0-9",
        ["x-amz-content-sha256"] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ["x-amz-date"] = "20130524T000000Z",
        ["Authorization"] = $"AWS4-HMAC-SHA256 Credential={Scope},SignedHeaders={signed},Signature={signature}",
    };

    private static S3Error? Check(string method, string target, HeaderDictionary headers, DateTimeOffset now, out Caller? caller)
    {
        int question = target.IndexOf('?');
        Assert.True(S3Query.TryRead(question < 0 ? "" : target[(question + 1)..], out S3Query query));
        return new SignatureCheck(new FakeKeys(), new Clock(now)).Check(method, target, query, headers, out caller);
    }

    private sealed class FakeKeys : IAccessKeys
    {
        public bool TryFind(string accessKey, out string secret, out Caller caller)
        {
            secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
            caller = new Caller("one", null);
            return accessKey == AccessKey;
        }

        public ValueTask<FailureStatus> RefuseAsync(HttpContext context, string what) => throw new NotSupportedException("nobody is answered here");
    }

    private sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
