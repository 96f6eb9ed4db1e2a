using System.Net;
using System.Text;
using ZarrFs.Host.Http;
using ZarrFs.Host.Http.Access;

namespace ZarrFs.Tests.Http.Access;

/// <summary>Who is let in, through a real server with two volumes, <c>vol</c> and <c>unseen</c>.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class GateTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("zarrfs gate ").FullName;
    private readonly ManualTime _time = new();
    private readonly RecordedLog _log = new();

    private string Passwords => Path.Combine(_directory, "passwords");

    private string Tokens => Path.Combine(_directory, "tokens.json");

    public void Dispose()
    {
        Directory.Delete(_directory, recursive: true);
        _log.Dispose();
    }

    [Fact]
    public async Task A_token_opens_its_volumes_in_every_way_it_can_be_sent()
    {
        Token token = Add("vol"), all = Add();
        await using TestServer server = await StartAsync();
        foreach (Func<Token, string, Task<HttpResponseMessage>> ask in (Func<Token, string, Task<HttpResponseMessage>>[])
            [
                (t, path) => server.GetAsync(path, ("Authorization", $"Bearer {t.Text}")),
                (t, path) => server.GetAsync(path, ("Authorization", Basic("anybody", t.Text))),
                (t, path) => server.GetAsync($"/t/{t.Text}{path}"),
                (t, path) => server.GetAsync($"/%74/{t.Text.Replace("_", "%5F")}{path}"),
            ])
        {
            Assert.Equal(TestServer.Document, await (await ask(token, "/vol.zarr/.zattrs")).Content.ReadAsStringAsync());
            Assert.Equal(FakeChunks.Expected(100, TestServer.LargeChunk), await (await ask(token, "/vol.zarr/0/100")).Content.ReadAsByteArrayAsync());
            Assert.Equal(HttpStatusCode.OK, (await ask(all, "/unseen.zarr/.zattrs")).StatusCode);
            foreach (string path in (string[])["/unseen.zarr/.zattrs", "/unseen.zarr/", "/unseen.zarr/0/7", "/none.zarr/"])
            {
                using HttpResponseMessage absent = await ask(token, path);
                Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
                Assert.DoesNotContain("zarrfs_", await absent.Content.ReadAsStringAsync());
            }
        }

        Assert.Equal(0, server.Pool.BuffersInUse - server.Chunks.Made); // each chunk that was made is in the cache, and nothing else
    }

    [Fact]
    public async Task Nothing_names_a_volume_that_one_may_not_see()
    {
        Token token = Add("vol");
        await using TestServer server = await StartAsync();
        server.Cache = new CacheFacts("/cache/directory", 1, 2, 3, 4);
        foreach (string path in (string[])["/", "/?format=json", "/status", "/vol.zarr/", "/nothing", "/unseen.zarr"])
        {
            using HttpResponseMessage answer = await server.GetAsync($"/t/{token.Text}{path}");
            string text = await answer.Content.ReadAsStringAsync();
            Assert.DoesNotContain("unseen", text.Replace("/t/.../unseen.zarr", ""));
            Assert.DoesNotContain("/cache/directory", text);
            Assert.DoesNotContain("/data/", text);
        }

        // The other doors.
        foreach ((string method, string path, HttpStatusCode expected) in ((string, string, HttpStatusCode)[])
            [
                ("PROPFIND", "/", HttpStatusCode.MultiStatus), ("PROPFIND", "/unseen.zarr/", HttpStatusCode.NotFound), ("PROPFIND", "/unseen.zarr/.zattrs", HttpStatusCode.NotFound),
                ("GET", "/s3", HttpStatusCode.OK), ("GET", "/s3/zarrfs?list-type=2", HttpStatusCode.OK), ("GET", "/s3/zarrfs?list-type=2&prefix=unseen", HttpStatusCode.OK),
                ("GET", "/s3/zarrfs/unseen.zarr/.zattrs", HttpStatusCode.NotFound), ("GET", "/unseen/preview.png", HttpStatusCode.NotFound), ("GET", "/metrics", HttpStatusCode.NotFound),
            ])
        {
            using HttpResponseMessage answer = await server.SendAsync(new HttpMethod(method), $"/t/{token.Text}{path}", ("Depth", "1"));
            Assert.True(answer.StatusCode == expected, $"{method} {path}: {answer.StatusCode}");
            string text = await answer.Content.ReadAsStringAsync();
            if (answer.IsSuccessStatusCode) Assert.True(path == "/s3" || path.Contains("prefix") || text.Contains("vol.zarr"), text);
            Assert.False(text.Contains("unseen.zarr") && answer.IsSuccessStatusCode, text);
        }

        string page = await server.Client.GetStringAsync($"/t/{token.Text}/");
        Assert.Contains("vol", page);
        Assert.Contains($"/t/{token.Text}/vol.zarr", page); // links work for him
        Assert.DoesNotMatch($"https://[^\"#]*{token.Text}", page); // and send it to nobody else: what follows a # stays in the browser
        using HttpResponseMessage redirect = await server.GetAsync($"/t/{token.Text}");
        Assert.Equal((HttpStatusCode.PermanentRedirect, $"/t/{token.Text}/"), (redirect.StatusCode, redirect.Headers.Location?.ToString()));
    }

    [Fact]
    public async Task Nobody_without_a_token_learns_anything()
    {
        Token expired = Add("vol"), revoked = Add("vol");
        TokenFile.Change(Tokens, entries => [.. entries.Select((entry, i) => i == 0 ? entry with { Expires = _time.GetUtcNow() } : entry with { Revoked = _time.GetUtcNow() })]);
        await using TestServer server = await StartAsync();
        string? first = null;
        foreach (Token token in (Token[])[expired, revoked, Token.Make()])
        {
            Forgive();
            using HttpResponseMessage header = await server.GetAsync("/vol.zarr/.zattrs", ("Authorization", $"Bearer {token.Text}"));
            Assert.Equal(["Basic", "Bearer"], header.Headers.WwwAuthenticate.Select(way => way.Scheme));
            using HttpResponseMessage link = await server.GetAsync($"/t/{token.Text}/vol.zarr/.zattrs");
            Assert.Equal(["Bearer"], link.Headers.WwwAuthenticate.Select(way => way.Scheme)); // or a browser would ask for a password
            string told = $"{header.StatusCode} {await header.Content.ReadAsStringAsync()} {link.StatusCode} {await link.Content.ReadAsStringAsync()}";
            Assert.Equal(first ??= told, told);
        }

        foreach (string path in (string[])["/", "/vol.zarr/", "/vol.zarr/0/1", "/none", "/status", "/favicon.ico", "/metrics", "/viewer/", "/t", "/t/", "/t/x", "/T/x/"])
        {
            Forgive();
            Assert.Equal(HttpStatusCode.Unauthorized, (await server.GetAsync(path)).StatusCode);
        }

        foreach (string method in (string[])["PUT", "PROPFIND", "OPTIONS", "DELETE", "POST"])
            Assert.Equal(HttpStatusCode.Unauthorized, (await server.SendAsync(new HttpMethod(method), "/")).StatusCode);
        Assert.Equal("{\"status\":\"ok\"}", await server.Client.GetStringAsync("/healthz"));
        using HttpResponseMessage preflight = await server.SendAsync(HttpMethod.Options, "/vol.zarr/.zattrs", ("Access-Control-Request-Method", "GET"));
        Assert.Equal(HttpStatusCode.NoContent, preflight.StatusCode);
        Assert.Contains("Authorization", preflight.Headers.GetValues("Access-Control-Allow-Headers").Single());
        Assert.False(preflight.Headers.Contains("Access-Control-Allow-Credentials"));
        Assert.Equal(0, server.Chunks.Made);
        Assert.DoesNotContain(_log.Lines, line => line.Contains("zarrfs_"));

        // What failed before would make each of these wait.
        void Forgive() => _time.Advance(TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task A_token_that_is_revoked_opens_nothing_a_second_later()
    {
        Token token = Add("vol");
        await using TestServer server = await StartAsync();
        Assert.Equal(HttpStatusCode.OK, await AskAsync());
        File.WriteAllText(Tokens, "{ broken");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, await AskAsync());
        Assert.Contains(_log.Lines, line => line.StartsWith("Error: --token-file: ", StringComparison.Ordinal) && line.Contains("stays in force"));
        File.Delete(Tokens);
        Token second = Add("vol");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync());
        token = second;
        Assert.Equal(HttpStatusCode.OK, await AskAsync());
        TokenFile.Change(Tokens, entries => [entries[0] with { Revoked = _time.GetUtcNow() }]);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync());
        token = Add("vol");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, await AskAsync());
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync());

        async Task<HttpStatusCode> AskAsync() => (await server.GetAsync($"/t/{token.Text}/vol.zarr/.zattrs")).StatusCode;
    }

    [Fact]
    public async Task Passwords_are_hashed_once_and_those_of_nobody_too()
    {
        await File.WriteAllTextAsync(Passwords, $"anna:{PasswordTests.OfSnowman}:vol\nbob:{PasswordTests.OfSnowman}\n");
        using Attempts attempts = new(_log, _time);
        Gate gate = new(new AccessOptions { PasswordFile = Passwords }, () => ["vol", "unseen"], attempts, _log, _time);
        Admission[] many = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => AskAsync("anna", PasswordTests.Snowman)));
        Assert.All(many, admission => Assert.Equal("anna", admission.Caller?.Name));
        Assert.Equal(1, attempts.Passwords.Computed);
        Assert.Equal(HttpStatusCode.Unauthorized, Status(await AskAsync("anna", "wrong")));
        Assert.Equal(2, attempts.Passwords.Computed);
        Assert.Equal(HttpStatusCode.Unauthorized, Status(await AskAsync("nobody", "wrong")));
        Assert.Equal(3, attempts.Passwords.Computed); // so it takes as long
        Assert.Equal(HttpStatusCode.Unauthorized, Status(await AskAsync("nobody", "wrong")));
        Assert.Equal(4, attempts.Passwords.Computed); // what was wrong is not remembered

        // Another hash of the same password, and then no line at all.
        await File.WriteAllTextAsync(Passwords, $"bob:{PasswordTests.OfSnowman}\n");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, Status(await AskAsync("anna", PasswordTests.Snowman)));
        Assert.Equal("bob", (await AskAsync("bob", PasswordTests.Snowman)).Caller?.Name);
        Assert.Equal(6, attempts.Passwords.Computed);
        _time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal("bob", (await AskAsync("bob", PasswordTests.Snowman)).Caller?.Name);
        Assert.Equal(7, attempts.Passwords.Computed);

        Task<Admission> AskAsync(string user, string password) => AskGateAsync(gate, user, password, "10.0.0.1");
    }

    [Fact]
    public async Task Guesses_come_to_nothing_and_are_told()
    {
        await File.WriteAllTextAsync(Passwords, $"anna:{PasswordTests.OfSnowman}\n");
        Token token = Add("vol");
        using Attempts attempts = new(_log, _time);
        Gate gate = new(new AccessOptions { PasswordFile = Passwords, TokenFile = Tokens }, () => ["vol"], attempts, _log, _time);

        // More at once than are allowed: some wait, and of those that are too many nothing is hashed.
        Task<Admission>[] guesses = [.. Enumerable.Range(0, 60).Select(i => AskGateAsync(gate, "anna", $"guess {i}", "10.0.0.1"))];
        while (!Task.WhenAll(guesses).IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            if (guesses.Count(guess => guess.IsCompleted) + _time.Waiting == guesses.Length) _time.Advance(TimeSpan.FromSeconds(4));
            await Task.Delay(1);
        }

        Assert.InRange(attempts.Passwords.Computed, 1, 20);
        Assert.All(guesses, guess => Assert.Null(guess.Result.Caller));
        Assert.Contains(guesses, guess => Status(guess.Result) is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable);
        for (int i = 0; i < 25; i++) await WithoutWaiting(AskGateAsync(gate, "anna\n", $"more {i}", "10.0.0.1"));
        Admission blocked = await AskGateAsync(gate, "anna", PasswordTests.Snowman, "10.0.0.1");
        Assert.Equal(HttpStatusCode.TooManyRequests, Status(blocked));
        Assert.InRange(blocked.Refusal!.RetryAfter!.Value, 1, 30);

        // Others are not held up, nor is who has a token, which nobody guesses.
        Assert.Equal("anna", (await AskGateAsync(gate, "anna", PasswordTests.Snowman, "10.0.0.2")).Caller?.Name);
        Assert.Equal($"token {token.Id}", (await AskGateAsync(gate, "x", token.Text, "10.0.0.1")).Caller?.Name);
        // Nor is who is logged in already, nor who types a password where a viewer's link has expired.
        Assert.Equal("anna", (await AskGateAsync(gate, "anna", PasswordTests.Snowman, "10.0.0.1")).Caller?.Name);
        for (int i = 0; i < 25; i++) await WithoutWaiting(AskGateAsync(gate, "x", Token.Make().Text, "10.0.0.3"));
        Assert.Equal(HttpStatusCode.TooManyRequests, Status(await AskGateAsync(gate, "x", Token.Make().Text, "10.0.0.3")));
        Assert.Equal(HttpStatusCode.Unauthorized, Status(await AskGateAsync(gate, "anna", "guess", "10.0.0.3")));
        Assert.Contains(_log.Lines, line => line.Contains("10.0.0.1 was refused: wrong user or password, user 'anna'"));
        Assert.DoesNotContain(_log.Lines, line => line.Contains("guess") || line.Contains("zarrfs_") || line.Contains('\n'));

        async Task WithoutWaiting(Task<Admission> ask)
        {
            while (!ask.IsCompleted)
            {
                if (_time.Waiting > 0) _time.Advance(_time.LongestWait);
                await Task.Delay(1);
            }
        }
    }

    [Fact]
    public async Task One_machine_does_not_take_all_the_places_where_passwords_are_hashed()
    {
        await File.WriteAllTextAsync(Passwords, $"anna:{PasswordTests.OfSnowman}\n");
        using Attempts attempts = new(_log, _time);
        Gate gate = new(new AccessOptions { PasswordFile = Passwords }, () => ["vol"], attempts, _log, _time);
        using Latch asked = new();
        attempts.Passwords.Hashing = asked.Wait; // or a place would come free before all have asked
        Task<Admission>[] guesses = [.. Enumerable.Range(0, 20).Select(i => AskGateAsync(gate, "anna", $"guess {i}", "10.0.0.1"))];
        Task<Admission> other = AskGateAsync(gate, "anna", PasswordTests.Snowman, "10.0.0.2");
        asked.Open();
        Assert.Equal("anna", (await other).Caller?.Name);
        Assert.Equal(16, (await Task.WhenAll(guesses)).Count(admission => Status(admission) == HttpStatusCode.ServiceUnavailable));
    }

    [Fact]
    public async Task A_volume_called_as_the_place_of_tokens_has_a_picture()
    {
        Token token = Add("t");
        await using TestServer server = await TestServer.StartAsync(new HttpOptions { Access = new AccessOptions { TokenFile = Tokens } }, logs: _log, time: _time, volumes: ["t"]);
        foreach (string before in (string[])["", $"/t/{token.Text}"])
        {
            using HttpResponseMessage answer = await server.GetAsync($"{before}/t/preview.png?axis=none", ("Authorization", $"Bearer {token.Text}"));
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }

        Assert.Equal(HttpStatusCode.Unauthorized, (await server.GetAsync("/t/preview.png")).StatusCode);
        Assert.DoesNotContain(_log.Lines, line => line.Contains("refused"));
    }

    [Fact]
    public async Task Files_that_others_may_read_and_volumes_that_are_not_there_are_warned_of()
    {
        Add("vol", "nowhere");
        File.SetUnixFileMode(Tokens, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        await using TestServer server = await StartAsync();
        Assert.Contains($"Warning: {Tokens} can be read or changed by other users of this machine; chmod 600 keeps them out ", _log.Lines);
        Assert.Contains($"Warning: {Tokens} names the volume 'nowhere', which is not there; there is: vol, unseen ", _log.Lines);
        Assert.DoesNotContain(_log.Lines, line => line.Contains("'vol'"));
    }

    [Fact]
    public void Access_keys_are_those_of_the_file()
    {
        Token token = Add("vol");
        TokenFile.Change(Tokens, entries => [entries[0] with { Key = new AccessKey("ZFSKEY", "secret") }]);
        using Attempts attempts = new(_log, _time);
        Gate gate = new(new AccessOptions { TokenFile = Tokens }, () => ["vol"], attempts, _log, _time);
        Assert.True(gate.TryFind("ZFSKEY", out string secret, out Caller caller));
        Assert.Equal(("secret", $"token {token.Id}"), (secret, caller.Name));
        Assert.False(gate.TryFind("zfskey", out secret, out caller));
        Assert.Equal(("", Caller.Nobody), (secret, caller));
        TokenFile.Change(Tokens, entries => [entries[0] with { Revoked = _time.GetUtcNow() }]);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(gate.TryFind("ZFSKEY", out _, out _));
    }

    private static HttpStatusCode Status(Admission admission) => (HttpStatusCode)admission.Refusal!.Code;

    internal static async Task<Admission> AskGateAsync(Gate gate, string user, string password, string address)
    {
        Microsoft.AspNetCore.Http.DefaultHttpContext context = new();
        context.Connection.RemoteIpAddress = IPAddress.Parse(address);
        context.Request.Headers.Authorization = Basic(user, password);
        return await gate.AdmitAsync(context, "vol.zarr");
    }

    private static string Basic(string user, string password) => $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))}";

    private Token Add(params string[] volumes)
    {
        var token = Token.Make();
        TokenFile.Change(Tokens, entries =>
            [.. entries, new TokenEntry(token.Id, token.Sum, volumes.Length == 0 ? null : volumes.ToHashSet(), _time.GetUtcNow(), _time.GetUtcNow().AddDays(1), "", null, null)]);
        return token;
    }

    private async Task<TestServer> StartAsync()
    {
        TestServer server = await TestServer.StartAsync(new HttpOptions { Access = new AccessOptions { TokenFile = Tokens } }, logs: _log, time: _time, volumes: ["vol", "unseen"]);
        server.Tree.AddDirectory("unseen.zarr");
        server.Tree.AddDocument("unseen.zarr/.zattrs", "{}");
        server.Tree.AddDirectory("unseen.zarr/0");
        server.Tree.AddChunk("unseen.zarr/0/7", 7, TestServer.SmallChunk);
        return server;
    }
}
