using System.Text;

namespace ZarrFs.Tests.Http;

/// <summary>The table: targets, methods and versions, headers, bodies, ranges and conditions.</summary>
internal static class HostileRequests
{
    private const string Chunk = "/vol.zarr/0/0";

    public static IEnumerable<HostileRequest> All() =>
        [.. Targets(), .. RequestLines(), .. Headers(), .. Smuggling(), .. Ranges(), .. Conditions(), .. Questions(), .. Forwarding()];

    private static IEnumerable<HostileRequest> Targets() =>
    [
        Get("/../../etc/passwd", 404),
        Get("/vol.zarr/../../etc/passwd", 404),
        Get("/vol.zarr/0/0/../../.zattrs", 404),
        Get("/%2e%2e/etc/passwd", 404),
        Get("/%2E%2E/%2E%2E/", 404),
        Get("/.%2e/", 404),
        Get("/%2e./%2e./", 404),
        Get("/%2e/", 404),
        Get("/./vol.zarr/.zattrs", 200),
        Get("/vol.zarr/./.zattrs", 200),
        Get("/vol.zarr/.zattrs/..", 404),
        Get("/%252e%252e/etc/passwd", 404),
        Get("/%25252e%25252e%25252f", 404),
        Get("/..%2fetc%2fpasswd", 404),
        Get("/..%2Fetc%2Fpasswd", 404),
        Get("/vol.zarr%2f.zattrs", 404),
        Get("/..%252fetc", 404),
        Get("/..%5c..%5cetc%5cpasswd", 404),
        Get(@"/..\..\etc\passwd", 404),
        Get("/vol.zarr/..;/..;/etc/passwd", 404),
        Get("/vol.zarr;/.zattrs", 404),
        Get("/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd", 400, "overlong dots of two bytes"),
        Get("/%e0%80%ae%e0%80%ae/", 400, "overlong dots of three bytes"),
        Get("/%f0%80%80%ae/", 400, "overlong dots of four bytes"),
        Get("/..%c0%af..%c0%afetc", 400, "overlong slash"),
        Get("/..%c1%9cetc", 400, "overlong backslash"),
        Get("/%ed%a0%80", 400, "half of a surrogate pair"),
        Get("/%ff%fe", 400),
        Get("/%uff0e%uff0e/", 400),
        Get("/%ef%bc%8e%ef%bc%8e/etc/passwd", 404, "full-width dots"),
        Get("/%e2%80%a4%e2%80%a4/etc", 404, "dot leaders"),
        Get("/%e2%88%95etc", 404, "division slash"),
        Get(Latin("/．．/etc/passwd"), 400, "full-width dots, not encoded"),
        Get("//etc/passwd", 404),
        Get("///", 404),
        Get("//vol.zarr/.zattrs", 404),
        Get("/vol.zarr//.zattrs", 404),
        Get("/vol.zarr/.zattrs/", 404),
        Get("/vol.zarr/.zattrs%00.png", 400),
        Get("/%00", 400),
        Get("/vol.zarr/\0.zattrs", 400, "NUL in the target"),
        Get("/vol.zarr/%0d%0aX-Injected:%20yes", 404, "a line break in the target"),
        Get("/%0d%0a%0d%0a<script>alert(1)</script>", 404, "a whole answer in the target"),
        Get("/%0a", 404),
        Get("/%1b[31m", 404, "an escape for terminals"),
        Get("/%7f%08", 404),
        Get("/\u0001", 404, "a control character"),
        Get("/vol.zarr/.zattrs%20", 404),
        Get("/vol.zarr/.zattrs.", 404),
        Get("/VOL.ZARR/.zattrs", 404),
        Get("/vol.zarr/.zattrs::$DATA", 404),
        Get("/C:/Windows/win.ini", 404),
        Get("/con", 404),
        Get("/~root/", 404),
        Get("/.git/config", 404),
        Get("/proc/self/environ", 404),
        Get("/etc/passwd", 404),
        Get("/file:///etc/passwd", 404),
        Get("/http://127.0.0.1:1/", 404),
        Get("file:///etc/passwd", 400, "a file's URL"),
        Get("http://evil.example/../../etc/passwd", 400, "another server's URL"),
        Get("http://localhost", 200, "a URL without a path"),
        Get("gopher://localhost/_x", 400),
        Get("://", 400),
        Get("http:", 405),
        Get("*", 405),
        Get("vol.zarr/.zattrs", 400),
        Get("?x=/etc/passwd", 400),
        Get("/%", 400),
        Get("/%z0", 400),
        Get("/%%", 400),
        Get("/%2", 400),
        Get("/%25%", 400),
        Get("/%-1", 400),
        Get("/% 0", 400),
        Get("/vol.zarr/0/-1", 404),
        Get("/vol.zarr/0/99999999999999999999999999", 404),
        Get("/vol.zarr/0/0x0", 404),
        Get("/vol.zarr/0/%30%30", 404),
        Get("/" + new string('a', 8000), 404, "a name of 8000 characters"),
        Get("/" + new string('a', 9000), 414, "a name of 9000 characters"),
        Get("/" + Repeated("a/", 3500), 404, "3500 folders"),
        Get("/" + Repeated("../", 2500), 404, "2500 times up"),
        Get("/" + Repeated("%2e%2e%2f", 800), 404, "800 times up, encoded"),
        Get("/" + Repeated("%00", 2500), 400, "2500 NULs"),
        Get("/favicon.ico/../../etc/passwd", 404),
        Get("/healthz/", 404),
        Get("/healthz/../status", 404),
    ];

    private static IEnumerable<HostileRequest> RequestLines() =>
    [
        Line("TRACE / HTTP/1.1", 405),
        Line("TRACK / HTTP/1.1", 405),
        Line("DEBUG / HTTP/1.1", 405),
        Line("CONNECT 127.0.0.1:22 HTTP/1.1", 400),
        Line("PUT /vol.zarr/.zattrs HTTP/1.1", 405),
        Line("DELETE /vol.zarr/.zattrs HTTP/1.1", 405),
        Line("PATCH /vol.zarr/.zattrs HTTP/1.1", 405),
        Line("POST / HTTP/1.1", 405),
        Line("get / HTTP/1.1", 200),
        Line("GeT / HTTP/1.1", 200),
        Line("NONSENSE / HTTP/1.1", 405),
        Line(new string('A', 300) + " / HTTP/1.1", 405, "a method of 300 letters"),
        Line(new string('A', 9000) + " / HTTP/1.1", 414, "a method of 9000 letters"),
        Line("G@T / HTTP/1.1", 400),
        Line(" / HTTP/1.1", 400, "no method"),
        Line(" GET / HTTP/1.1", 400, "a blank first"),
        Line("GET / HTTP/1.1 ", 400, "a blank behind"),
        Line("GET  / HTTP/1.1", 400, "two blanks"),
        Line("GET\t/ HTTP/1.1", 400, "a tab for a blank"),
        Line("GET  HTTP/1.1", 400, "no target"),
        Line("GET / x HTTP/1.1", 400, "a blank in the target"),
        Line("GET /", 400, "no version"),
        Line("GET", 400, "a method alone"),
        Line("GET / HTTP/0.9", 505),
        Line("GET / HTTP/1.2", 505),
        Line("GET / HTTP/2.0", 505),
        Line("GET / HTTP/9.9", 505),
        Line("GET / HTTP/1", 400),
        Line("GET / http/1.1", 505),
        Line("GET / HTTX/1.1", 505),
        Line("GET / HTTP/1.1\0", 400, "NUL behind the version"),
        new("HTTP/2 without TLS", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0),
        new("TLS to a server without", "\u0016\u0003\u0001\u0000\u0005\u0001\u0000\u0000\u0001\u0000\r\n\r\n", 400),
        new("noise", "\u00ff\u00fe\u00fd\u00fc\r\n\r\n", 400),
        new("nothing but line breaks", "\r\n\r\n\r\n\r\n", 0),
        new("nothing at all", "", 0),
        new("half a request", "GET / HTTP/1.1\r\nHost: localhost\r\n", 400, IsHalf: true),
    ];

    private static IEnumerable<HostileRequest> Headers() =>
    [
        new("no Host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
        With("Host: other", 400, "two Hosts"),
        Host("", 200),
        Host("a b", 400),
        Host("a/../b", 400),
        Host("evil\"><script>alert(1)</script>", 400),
        Host("evil'onload='x", 400),
        Host("evil&amp;x", 400),
        Host("evil.example", 200),
        Host("localhost:99999", 200),
        Host("localhost:port", 400),
        Host("user@localhost", 400),
        Host("[::1", 400),
        Host("localhost, evil.example", 400),
        Host(new string('h', 5000), 200, "a Host of 5000 letters"),
        With("X-Long: " + new string('x', 20_000), 431, "a header of 20,000 bytes"),
        With(string.Join("\r\n", Enumerable.Range(0, 200).Select(static i => $"X-{i}: {i}")), 431, "200 headers"),
        With(string.Join("\r\n", Enumerable.Repeat("X-Same: 1", 200)), 431, "200 times the same header"),
        With("X-Folded: a\r\n b", 400, "a folded header"),
        With(" X-Blank: first", 400, "a blank before a header"),
        With("X-Blank : before", 400, "a blank before the colon"),
        With("No colon", 400),
        With(": no name", 400),
        With("X-Nul: a\0b", 400, "NUL in a value"),
        With("X-N\0: a", 400, "NUL in a name"),
        With("X-Cr: a\rX-Injected: yes", 400, "CR in a value"),
        With("X-Lf: a\nX-Injected: yes", 400, "LF in a value"),
        With("X-High: \u00ff\u00fe", 400, "no UTF-8 in a value"),
        With("X(): a", 200),
        With("Expect: nonsense", 200),
        With("Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__", 200, "an upgrade to HTTP/2"),
        With("Upgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13", 200, "an upgrade to a web socket"),
        With("Cookie: " + Repeated("a=b; ", 1000), 200, "1000 cookies"),
        new("line feeds alone", "GET /healthz HTTP/1.1\nHost: localhost\nConnection: close\n\n", 400),
    ];

    private static IEnumerable<HostileRequest> Smuggling() =>
    [
        Body("Content-Length: 4\r\nTransfer-Encoding: chunked", "0\r\n\r\n" + Smuggled, 405, "a length and chunks"),
        Body("Transfer-Encoding: chunked\r\nContent-Length: 4", "0\r\n\r\n" + Smuggled, 405, "chunks and a length"),
        Body("Transfer-Encoding: xchunked", "0\r\n\r\n" + Smuggled, 400),
        Body("Transfer-Encoding: identity", Smuggled, 400),
        Body("Transfer-Encoding: chunked, identity", "0\r\n\r\n" + Smuggled, 400),
        Body("Transfer-Encoding: gzip, chunked", "0\r\n\r\n" + Smuggled, 405),
        Body("Transfer-Encoding: chunked\r\nTransfer-Encoding: x", "0\r\n\r\n" + Smuggled, 400),
        Body("Transfer-Encoding : chunked", "0\r\n\r\n" + Smuggled, 400),
        Body("Transfer-Encoding:\u000bchunked", "0\r\n\r\n" + Smuggled, 400),
        Body("X: y\rTransfer-Encoding: chunked", "0\r\n\r\n" + Smuggled, 400),
        Body("Content-Length: 5\r\nContent-Length: 6", "hello", 400, "two lengths"),
        Body("Content-Length: 5\r\nContent-Length: 5", "hello", 400, "one length twice"),
        Body("Content-Length: 5, 5", "hello", 400),
        Body("Content-Length: -1", "", 400),
        Body("Content-Length: +5", "hello" + Smuggled, 405),
        Body("Content-Length: 0x5", "hello", 400),
        Body("Content-Length: 5e0", "hello", 400),
        Body("Content-Length: 5 ", "hello", 405, "a blank behind a length"),
        Body("Content-Length: ", "hello", 400),
        Body("Content-Length: 99999999999999999999", "hello", 400),
        Body("Content-Length: 9223372036854775807", "hello", 405),
        Body("Content-Length: 1000000", "too short", 405),
        Body("Transfer-Encoding: chunked", "zz\r\nhello\r\n0\r\n\r\n" + Smuggled, 405, "a chunk of length zz"),
        Body("Transfer-Encoding: chunked", "-5\r\nhello\r\n0\r\n\r\n" + Smuggled, 405, "a chunk of length -5"),
        Body("Transfer-Encoding: chunked", "fffffffffffffffff\r\nhello\r\n0\r\n\r\n" + Smuggled, 405, "a chunk of 2⁶⁸ bytes"),
        Body("Transfer-Encoding: chunked", "5;" + new string('x', 20_000) + "\r\nhello\r\n0\r\n\r\n", 405, "an endless chunk extension"),
        Body("Transfer-Encoding: chunked", "5\nhello\n0\n\n" + Smuggled, 405, "chunks with line feeds alone"),
        new("a request in the body of another", $"GET {Chunk} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {Smuggled.Length}\r\nConnection: close\r\n\r\n{Smuggled}", 200),
        new("a request in the body of one that is refused", $"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {Smuggled.Length}\r\nConnection: close\r\n\r\n{Smuggled}", 405),
        new("a request in the body of one that stays", $"GET {Chunk} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n{Smuggled}", 200),
        new("a body that is not asked for, and a request behind it", $"GET {Chunk} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello{Smuggled}", 200),
        new("chunks that are not asked for, and a request behind them", $"GET {Chunk} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n{Smuggled}", 200),
        new("requests in one piece", $"GET {Chunk} HTTP/1.1\r\nHost: localhost\r\n\r\n{Smuggled}", 200, Answers: 2),
        new("noise behind a request", $"GET {Chunk} HTTP/1.1\r\nHost: localhost\r\n\r\n\u0000\u0001\u0002\r\n\r\n", 200, Answers: 2),
        new("a body of HEAD", $"HEAD {Chunk} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello", 200),
    ];

    private static IEnumerable<HostileRequest> Ranges() =>
    [
        Range("bytes=0-0,1-1", 200),
        Range("bytes=" + string.Join(',', Enumerable.Range(0, 1500).Select(static i => $"{i % 9}-")), 200, "1500 ranges that overlap"),
        Range("bytes=-0", 416),
        Range("bytes=1000-", 416),
        Range("bytes=1000-1000", 416),
        Range("bytes=9999999999999999999999-", 416),
        Range("bytes=18446744073709551616-18446744073709551617", 416),
        Range("bytes=9223372036854775807-9223372036854775807", 416),
        Range("bytes=0-18446744073709551615", 206),
        Range("bytes=-18446744073709551616", 206),
        Range("bytes=5-3", 200),
        Range("bytes=-", 200),
        Range("bytes=", 200),
        Range("bytes", 200),
        Range("bytes=--1", 200),
        Range("bytes=-1-2", 200),
        Range("bytes=0--1", 200),
        Range("bytes=a-b", 200),
        Range("bytes=0x0-0x9", 200),
        Range("bytes=0-9\r\nRange: bytes=5-6", 200, "two Ranges"),
        Range("lines=0-1", 200),
        Range("bytes=" + new string('9', 8000) + "-", 416, "a range from a number of 8000 digits"),
    ];

    private static IEnumerable<HostileRequest> Conditions() =>
    [
        Chunked("If-None-Match: \"never ends", 200),
        Chunked("If-None-Match: W/", 200),
        Chunked("If-None-Match: ,,,,,", 200),
        Chunked("If-None-Match: " + string.Join(',', Enumerable.Repeat("\"x\"", 3000)), 200, "3000 tags"),
        Chunked("If-None-Match: *", 304),
        Chunked("If-Match: \"never ends", 412),
        Chunked("If-Match: \"other\"", 412),
        Chunked("If-Modified-Since: yesterday", 200),
        Chunked("If-Modified-Since: Sun, 06 Nov 99999 08:49:37 GMT", 200),
        Chunked("If-Unmodified-Since: 0", 200),
        Chunked("If-Range: \"never ends\r\nRange: bytes=0-1", 200, "an If-Range that never ends"),
        Chunked("If-Range: W/\"tag-7\"\r\nRange: bytes=0-1", 200, "a weak If-Range"),
    ];

    private static IEnumerable<HostileRequest> Questions() =>
    [
        Get("/?format=<script>alert(1)</script>", 200),
        Get("/?" + Repeated("a=1&", 1900), 200, "1900 parameters"),
        Get("/?list-type=2&prefix=../../&delimiter=%2F", 200),
        Get("/?%00%ff%zz", 200),
        Get("/vol.zarr/?format=json&format=html", 200),
        Get("/vol.zarr/.zattrs?../../etc/passwd", 200),
        Get("/vol.zarr/.zattrs#../../etc/passwd", 404),
        With("Accept: " + Repeated("text/x;q=0.1,", 1000), 200, "1000 kinds accepted"),
        With("Accept: application/json;q=nonsense,,,;", 200),
        With("Accept-Encoding: gzip, " + Repeated("x,", 2000), 200, "2000 encodings accepted"),
        With("Accept-Language: ../../etc/passwd", 200),
        With("Access-Control-Request-Method: <script>", 200, "a preflight by GET"),
        new("a preflight with line breaks", "OPTIONS / HTTP/1.1\r\nHost: localhost\r\nOrigin: x%0d%0aX-Injected: yes\r\nAccess-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: a%0d%0aX-Injected\r\nConnection: close\r\n\r\n", 204),
        With("Origin: https://evil.example", 200),
    ];

    private static IEnumerable<HostileRequest> Forwarding() =>
    [
        With("X-Forwarded-For: 10.0.0.1", 200),
        With("X-Forwarded-Host: evil.example", 200),
        With("X-Forwarded-Proto: javascript", 200),
        With("X-Forwarded-Prefix: //evil.example", 200),
        With("Forwarded: for=10.0.0.1;host=evil.example;proto=https", 200),
        With("X-Original-URL: /etc/passwd", 200),
        With("X-Rewrite-URL: /etc/passwd", 200),
        With("X-HTTP-Method-Override: DELETE", 200),
        With("Authorization: Basic !!!", 200),
        With("Authorization: " + new string('A', 10_000), 200, "10,000 letters of Authorization"),
        With("Proxy-Authorization: Basic AAAA", 200),
        With("Via: 1.1 evil.example", 200),
    ];

    private const string Smuggled = "GET /status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private static HostileRequest Get(string target, int status, string? name = null) => Line($"GET {target} HTTP/1.1", status, name ?? target);

    private static HostileRequest Line(string line, int status, string? name = null) =>
        new(name ?? line, $"{line}\r\nHost: localhost\r\nConnection: close\r\n\r\n", status);

    private static HostileRequest Host(string host, int status, string? name = null) =>
        new(name ?? $"Host: {host}", $"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n", status);

    private static HostileRequest With(string header, int status, string? name = null) =>
        new(name ?? header, $"GET / HTTP/1.1\r\nHost: localhost\r\n{header}\r\nConnection: close\r\n\r\n", status);

    private static HostileRequest Chunked(string header, int status, string? name = null) =>
        new(name ?? header, $"GET {Chunk} HTTP/1.1\r\nHost: localhost\r\n{header}\r\nConnection: close\r\n\r\n", status);

    private static HostileRequest Range(string range, int status, string? name = null) => Chunked($"Range: {range}", status, name);

    private static HostileRequest Body(string header, string body, int status, string? name = null) =>
        new(name ?? header, $"POST / HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n{body}", status);

    private static string Repeated(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    /// <summary>A character for each byte of UTF-8.</summary>
    private static string Latin(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
}
