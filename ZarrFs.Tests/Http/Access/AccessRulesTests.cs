using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Http;
using ZarrFs.Host.Http.Access;
using ZarrFs.Host.Http.Limits;

namespace ZarrFs.Tests.Http.Access;

/// <summary>Another rule of who may read, while the service is used.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class AccessRulesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("zarrfs rules ").FullName;
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
    public async Task An_open_connection_has_the_new_rule_with_its_next_request()
    {
        Token token = Add("vol"), other = Add("unseen");
        await using TestServer server = await StartAsync();
        using Socket socket = await server.ConnectAsync();
        Assert.Equal(200, await AskAsync(socket));
        server.Change(new AccessOptions { TokenFile = Tokens });
        Assert.Equal(401, await AskAsync(socket));
        Assert.Equal(200, await AskAsync(socket, token));
        Assert.Equal(404, await AskAsync(socket, other)); // what he may not see is not there
        server.Change(new AccessOptions { IsPublic = true });
        Assert.Equal(200, await AskAsync(socket));
        File.WriteAllText(Passwords, $"anna:{PasswordTests.OfSnowman}\n");
        server.Change(new AccessOptions { PasswordFile = Passwords });
        Assert.Equal(401, await AskAsync(socket, token));
        server.Change();
        Assert.Equal(200, await AskAsync(socket));
        Assert.Equal(
            [
                $"Information: Another rule holds from now on: the tokens in {Tokens} say who may read what. ",
                "Information: Another rule holds from now on: everybody may read everything. ",
                $"Information: Another rule holds from now on: the passwords in {Passwords} say who may read what. ",
                "Information: Another rule holds from now on: whoever is logged in on this machine may read everything. ",
            ],
            _log.Lines.Where(line => line.Contains("rule holds", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Signatures_are_asked_for_where_there_are_keys_and_pages_tell_no_directory()
    {
        Add("vol");
        await using TestServer server = await StartAsync();
        Assert.Contains("/data/", await server.Client.GetStringAsync("/?format=json"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/s3/zarrfs/vol.zarr/.zattrs")).StatusCode);
        server.Change(new AccessOptions { TokenFile = Tokens });
        Assert.Equal(HttpStatusCode.Forbidden, (await server.GetAsync("/s3/zarrfs/vol.zarr/.zattrs")).StatusCode);
        server.Change(new AccessOptions { IsPublic = true });
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/s3/zarrfs/vol.zarr/.zattrs")).StatusCode);
        Assert.DoesNotContain("/data/", await server.Client.GetStringAsync("/?format=json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_being_sent_is_sent_to_its_end()
    {
        await using TestServer server = await StartAsync();
        using HttpResponseMessage answer = await server.Client.GetAsync("/vol.zarr/0/100", HttpCompletionOption.ResponseHeadersRead);
        await using Stream body = await answer.Content.ReadAsStreamAsync();
        byte[] bytes = new byte[TestServer.LargeChunk];
        await body.ReadExactlyAsync(bytes.AsMemory(0, 10));
        server.Change(new AccessOptions { TokenFile = Tokens });
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.GetAsync("/vol.zarr/0/100")).StatusCode);
        await body.ReadExactlyAsync(bytes.AsMemory(10));
        Assert.Equal(FakeChunks.Expected(100, TestServer.LargeChunk), bytes);
    }

    [Fact]
    public async Task What_will_not_do_is_refused_and_the_rule_of_before_holds()
    {
        Token token = Add();
        File.WriteAllText(Passwords, "anna:plain\n");
        File.WriteAllText(Path.Combine(_directory, "broken"), "{");
        await using TestServer server = await StartAsync(new AccessOptions { TokenFile = Tokens });
        foreach ((AccessOptions access, string why) in ((AccessOptions, string)[])
            [
                (new AccessOptions { IsPublic = true, TokenFile = Tokens }, "--public: --token-file is given too"),
                (new AccessOptions { TokenFile = Path.Combine(_directory, "broken") }, "is not a file of 'zarrfs token'"),
                (new AccessOptions { TokenFile = Tokens, PasswordFile = Passwords }, "the second field is no hash"),
            ])
        {
            Assert.Contains(why, Assert.Throws<OptionException>(() => server.Change(access)).Message, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.Unauthorized, (await server.GetAsync("/vol.zarr/.zattrs")).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/vol.zarr/.zattrs", ("Authorization", $"Bearer {token.Text}"))).StatusCode);
        }
    }

    [Fact]
    public void Other_machines_are_let_in_by_a_rule_and_kept_secret_on_the_way()
    {
        using BufferPool pool = new(64 << 20);
        ServedContent content = new(new FakeTree(), new FakeChunks(pool, _ => 1), pool, () => []);
        AccessOptions everybody = new() { IsPublic = true };
        using HttpService service = new(
            new HttpOptions { Listen = "0.0.0.0:0", Tls = new TlsOptions(null, null), Access = everybody }, content, NullLoggerFactory.Instance, _time); // never started
        Assert.Contains("nothing says who may read it", Refusal(new AccessOptions()), StringComparison.Ordinal);
        Assert.Contains("--insecure: --tls-self-signed is given too", Refusal(everybody with { IsInsecure = true }), StringComparison.Ordinal);
        Assert.NotNull(service.Prepare(new AccessOptions { TokenFile = Tokens }).Gate);
        Assert.Same(service.Prepare(everybody), service.Prepare(everybody));

        string Refusal(AccessOptions access) => Assert.Throws<OptionException>(() => service.Prepare(access)).Message;
    }

    [Fact]
    public async Task Another_rule_forgives_no_guesses_and_hashes_nobodys_password_again()
    {
        File.WriteAllText(Passwords, $"anna:{PasswordTests.OfSnowman}\n");
        File.Copy(Passwords, Passwords + "2");
        using Attempts attempts = new(_log, _time);
        Gate first = new(new AccessOptions { PasswordFile = Passwords }, () => ["vol"], attempts, _log, _time);
        Gate second = new(new AccessOptions { PasswordFile = Passwords + "2" }, () => ["vol"], attempts, _log, _time);
        Assert.Equal("anna", (await GateTests.AskGateAsync(first, "anna", PasswordTests.Snowman, "10.0.0.1")).Caller?.Name);
        Assert.Equal("anna", (await GateTests.AskGateAsync(second, "anna", PasswordTests.Snowman, "10.0.0.1")).Caller?.Name);
        Assert.Equal(1, attempts.Passwords.Computed);
        for (int i = 0; i < 20; i++) attempts.Guesses.Begin(ClientAddress.Of(IPAddress.Parse("10.0.0.2")));
        foreach (Gate gate in (Gate[])[first, second]) Assert.Equal(429, (await GateTests.AskGateAsync(gate, "anna", "a guess", "10.0.0.2")).Refusal!.Code);
        File.WriteAllText(Passwords + "3", "");
        Gate third = new(new AccessOptions { PasswordFile = Passwords + "3" }, () => ["vol"], attempts, _log, _time);
        Assert.Equal(401, (await GateTests.AskGateAsync(third, "anna", PasswordTests.Snowman, "10.0.0.1")).Refusal!.Code);
    }

    [Fact]
    public async Task A_rule_comes_with_its_tree_and_never_with_another()
    {
        using BufferPool pool = new(64 << 20);
        LiveTree live = new(new VirtualTree([]));
        ServedContent content = new(live, new FakeChunks(pool, _ => 1), pool, () => []);
        ConcurrentDictionary<IFileTree, AccessRule> expected = new(ReferenceEqualityComparer.Instance);
        AccessRule first = Rule();
        expected[live.Now] = first;
        AccessRules rules = new(first, live);
        VirtualTree next = new([]);
        rules.Change(Rule(), next); // comes to nothing
        Assert.Same(first, rules.Now.Rule);

        using CancellationTokenSource stop = new();
        int read = 0;
        Task[] readers = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                AccessNow now = rules.Now;
                Assert.Same(expected[now.Tree], now.Rule);
                Interlocked.Increment(ref read);
            }
        }))];
        for (int i = 0; i < 20_000 || (Volatile.Read(ref read) < 1000 && !readers.Any(static reader => reader.IsFaulted)); i++)
        {
            VirtualTree tree = new([]);
            AccessRule rule = i % 3 == 0 ? rules.Now.Rule : Rule();
            expected[tree] = rule;
            rules.Change(rule, tree);
            if (i % 5 == 0) continue; // nor does this one
            live.Replace(tree);
            Assert.Same(rule, rules.Now.Rule);
        }

        await stop.CancelAsync();
        await Task.WhenAll(readers);

        AccessRule Rule() => new(new AccessOptions(), content, null, _time);
    }

    private static async Task<int> AskAsync(Socket socket, Token? token = null)
    {
        string credentials = token is null ? "" : $"Authorization: Bearer {token.Text}\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes($"HEAD /vol.zarr/.zattrs HTTP/1.1\r\nHost: a\r\n{credentials}\r\n"));
        StringBuilder answer = new();
        byte[] buffer = new byte[4096];
        while (!answer.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            int count = await socket.ReceiveAsync(buffer);
            Assert.True(count > 0, "the connection was closed");
            answer.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        return RawExchange.Count(answer.ToString()).Status;
    }

    private Token Add(params string[] volumes)
    {
        var token = Token.Make();
        TokenFile.Change(Tokens, entries =>
            [.. entries, new TokenEntry(token.Id, token.Sum, volumes.Length == 0 ? null : volumes.ToHashSet(), _time.GetUtcNow(), null, "", null, null)]);
        return token;
    }

    private Task<TestServer> StartAsync(AccessOptions? access = null) =>
        TestServer.StartAsync(new HttpOptions { Access = access ?? new AccessOptions() }, logs: _log, time: _time, volumes: ["vol", "unseen"]);
}
