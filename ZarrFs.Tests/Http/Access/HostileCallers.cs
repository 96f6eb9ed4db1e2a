using System.Buffers.Text;
using System.Security.Cryptography;

namespace ZarrFs.Tests.Http.Access;

/// <summary>
/// Requests to a server with a gate, volumes <c>vol</c> and <c>unseen</c>. In their bytes stand <c>{good}</c> for a token that opens <c>vol</c>,
/// <c>{other}</c> for one that opens <c>unseen</c>, and <c>{expired}</c>, <c>{revoked}</c>, <c>{unknown}</c> and <c>{cut}</c> for those that open nothing.
/// </summary>
internal static class HostileCallers
{
    public static IEnumerable<HostileRequest> All() => [.. Links(), .. Credentials(), .. Bucket(), .. Properties(), .. Pictures()];

    private static IEnumerable<HostileRequest> Links() =>
    [
        Get("/t/{expired}/vol.zarr/.zattrs", 401),
        Get("/t/{revoked}/vol.zarr/.zattrs", 401),
        Get("/t/{unknown}/vol.zarr/.zattrs", 401),
        Get("/t/{cut}/vol.zarr/.zattrs", 401),
        Get("/t/{good}x/vol.zarr/.zattrs", 401),
        Get("/t/{good};/vol.zarr/.zattrs", 401),
        Get("/t/{good}%20/vol.zarr/.zattrs", 401),
        Get("/t/{good}%2fvol.zarr/.zattrs", 404),
        Get("/t/{good}%00/vol.zarr/.zattrs", 400),
        Get("/t//{good}/vol.zarr/.zattrs", 404),
        Get("/T/{good}/vol.zarr/.zattrs", 401),
        Get("/t/{expired}/t/{good}/vol.zarr/.zattrs", 401),
        Get("/t/{good}/t/{other}/unseen.zarr/.zattrs", 404),
        Get("/t/{good}/../vol.zarr/.zattrs", 404),
        Get("/t/{good}/%2e%2e/%2e%2e/etc/passwd", 404),
        Get("/t/{good}/unseen.zarr", 404),
        Get("/t/{good}/unseen.zarr/", 404),
        Get("/t/{good}/unseen.zarr/?format=json", 404),
        Get("/t/{good}/unseen.zarr/.zattrs", 404),
        Get("/t/{good}/unseen.zarr/0/7", 404),
        Get("/t/{good}/unseen%2ezarr/.zattrs", 404),
        Get("/t/{good}/vol.zarr/../unseen.zarr/.zattrs", 404),
        Get("/%74/{good}/unseen.zarr/.zattrs", 404),
        Get("/t/{other}/vol.zarr/.zattrs", 404),
        Get("/t/{other}/vol.zarr/0/7", 404),
        Get("/t/{good}/metrics", 404),
        Get("/t/{expired}/status", 401),
        Get("/vol.zarr/.zattrs?token={good}", 401),
    ];

    private static IEnumerable<HostileRequest> Credentials() =>
    [
        With("Authorization: Bearer {expired}", 401),
        With("Authorization: Bearer {revoked}", 401),
        With("Authorization: Bearer {cut}", 401),
        With("Authorization: Bearer {good} {good}", 401),
        With("Authorization: Bearer\t{good}", 401, "a tab before the token"),
        With("Authorization: Bearer {expired}\r\nAuthorization: Bearer {good}", 401, "two tokens, of which the second is good"),
        With("Authorization: Basic ====", 401),
        With("Authorization: Basic OnphcnJmc18=", 401, "a password that begins as a token"),
        With($"Authorization: Basic {new string('A', 6000)}", 401, "a password of 4500 NULs"),
        With("X-Forwarded-User: anna\r\nX-Remote-User: anna", 401, "a name that a proxy might have given"),
        With("Cookie: token={good}", 401),
        Line("GET /unseen.zarr/.zattrs HTTP/1.1\r\nAuthorization: Bearer {good}", 404, "another volume with a token in the header"),
        Line("OPTIONS /unseen.zarr/ HTTP/1.1", 401, "what can be done with a volume"),
    ];

    private static IEnumerable<HostileRequest> Bucket() =>
    [
        Get("/s3/zarrfs/vol.zarr/.zattrs", 403),
        Get("/s3/zarrfs/unseen.zarr/.zattrs", 403),
        Get("/t/{expired}/s3/zarrfs?list-type=2", 401),
        Get("/t/{good}/s3/zarrfs/unseen.zarr/.zattrs", 404),
        Get("/t/{good}/s3/zarrfs/unseen.zarr/0/7", 404),
        Get("/t/{good}/s3/zarrfs/vol.zarr/../unseen.zarr/.zattrs", 404),
        Get("/t/{good}/s3/unseen", 404),
        Get("/t/{good}/s3/zarrfs?list-type=2&prefix=unseen.zarr/", 200),
        Get("/t/{good}/s3/zarrfs?list-type=2&start-after=unseen", 200),
        Get("/t/{good}/s3/zarrfs?list-type=2&max-keys=-1", 400),
        Get("/t/{good}/s3/zarrfs?list-type=2&max-keys=99999999999999999999", 400),
        Get("/t/{good}/s3/zarrfs?list-type=2&continuation-token=x", 400),
        Get($"/t/{{good}}/s3/zarrfs?list-type=2&continuation-token={NoText()}", 400, "a continuation token that is right, of a key that is no text"),
        Get("/t/{good}/s3/zarrfs?list-type=2&prefix=%ff", 400),
        Get("/t/{good}/s3/zarrfs?delete", 200),
        Line("DELETE /t/{good}/s3/zarrfs/vol.zarr/.zattrs HTTP/1.1", 405),
        Get("/s3/zarrfs?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=%00/////", 400),
        Line("GET /s3/zarrfs HTTP/1.1\r\nAuthorization: AWS4-HMAC-SHA256 Credential=unseen/20260101/x/s3/aws4_request, SignedHeaders=host, Signature=00", 400, "a signature without a date"),
    ];

    private static IEnumerable<HostileRequest> Properties() =>
    [
        Find("/", "<propfind xmlns='DAV:'><allprop/></propfind>", 401),
        Find("/t/{expired}/", "<propfind xmlns='DAV:'><allprop/></propfind>", 401),
        Find("/t/{good}/unseen.zarr/", "<propfind xmlns='DAV:'><allprop/></propfind>", 404),
        Find("/t/{good}/unseen.zarr/.zattrs", "", 404),
        Find("/t/{other}/vol.zarr/", "", 404),
        Find("/t/{good}/", "<propfind xmlns='DAV:'><prop><displayname/><x xmlns='unknown'/></prop></propfind>", 207),
        Find("/t/{good}/", "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><propfind xmlns='DAV:'><prop><n>&a;</n></prop></propfind>", 400, "a file of the server as an entity"),
        Find("/t/{good}/", "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'>]><propfind xmlns='DAV:'/>", 400, "entities of entities"),
        Find("/t/{good}/", "<propfind xmlns='DAV:'><prop><x xmlns='&lt;script>alert(1)&lt;/script>'/></prop></propfind>", 207, "a script for a namespace"),
        Find("/t/{good}/", $"<propfind xmlns='DAV:'><prop>{string.Concat(Enumerable.Repeat("<a/>", 33))}</prop></propfind>", 400, "many properties"),
        Find("/t/{good}/", $"<propfind xmlns='DAV:'><prop><{new string('a', 200)}/></prop></propfind>", 400, "a property with a long name"),
        Find("/t/{good}/", "\0\0\0\0", 400, "a body of NULs"),
        Find("/t/{good}/", new string(' ', 65 * 1024), 413, "a long body"),
        new("a whole tree at once", "PROPFIND /t/{good}/ HTTP/1.1\r\nHost: localhost\r\nDepth: infinity\r\nConnection: close\r\n\r\n", 403),
        new("no depth", "PROPFIND /t/{good}/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 403),
        new("a depth of many", "PROPFIND /t/{good}/ HTTP/1.1\r\nHost: localhost\r\nDepth: 1, 1\r\nConnection: close\r\n\r\n", 403),
    ];

    private static IEnumerable<HostileRequest> Pictures() =>
    [
        Get("/vol/preview.png", 401),
        Get("/t/{revoked}/vol/preview.png", 401),
        Get("/t/{good}/unseen/preview.png", 404),
        Get("/t/{good}/unseen/preview.png?axis=z&index=0", 404),
        Get("/t/{good}/vol/../unseen/preview.png", 404),
        Get("/t/{good}/vol/preview.png?size=99999999999", 400),
        Get("/t/{good}/vol/preview.png?size=-1", 400),
        Get("/t/{good}/vol/preview.png?axis=z&index=2147483648", 400),
        Get("/t/{good}/vol/preview.png?axis=z&level=7", 400),
        Get($"/t/{{good}}/vol/preview.png?channel={string.Join(',', Enumerable.Repeat('0', 2000))}", 400, "a picture of the same channel many times"),
        Get("/t/{good}/vol/preview.png?axis=<script>alert(1)</script>", 400, "a script for an axis"),
        Get("/t/{good}/vol/preview.png?file=/etc/passwd", 400),
    ];

    /// <summary>What a client would get for a key of two bytes that are no UTF-8: the sum needs no secret.</summary>
    private static string NoText()
    {
        byte[] key = [0xFF, 0xFE];
        return Base64Url.EncodeToString([.. SHA256.HashData(key).AsSpan(0, 8), .. key]);
    }

    private static HostileRequest Get(string target, int status, string? name = null) => Line($"GET {target} HTTP/1.1", status, name ?? target);

    private static HostileRequest With(string header, int status, string? name = null) => Line($"GET /vol.zarr/.zattrs HTTP/1.1\r\n{header}", status, name ?? header);

    private static HostileRequest Line(string line, int status, string? name = null) =>
        new(name ?? line, $"{line}\r\nHost: localhost\r\nConnection: close\r\n\r\n", status);

    private static HostileRequest Find(string target, string body, int status, string? name = null) => new(
        name ?? $"PROPFIND {target}: {body}", $"PROPFIND {target} HTTP/1.1\r\nHost: localhost\r\nDepth: 1\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}", status);
}
