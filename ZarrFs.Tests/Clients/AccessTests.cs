using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Text.RegularExpressions;
using ZarrFs.Host.Http.Access;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients;

/// <summary>Sharing as users do it: the commands, the program, other people's readers.</summary>
public sealed partial class AccessTests : IDisposable
{
    private const string Password = "pass wörd: é";

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [ClientFact(Needs.Python)]
    public async Task Zarr_python_and_GDAL_read_with_a_password_and_with_a_token()
    {
        RampVolume.Write(_workspace.Folder("ramp"));
        string passwords = _workspace.At("passwords"), tokens = _workspace.At("tokens.json");
        SetPassword(passwords, "anna", "--volume", "ramp");
        (string id, string token) = CreateToken(tokens, "--volume", "ramp", "--s3");
        using ZarrFsProcess program = ZarrFsProcess.Start(
            "serve", _workspace.At("ramp"), "--listen", "127.0.0.1:0", "--tls-self-signed", "--password-file", passwords, "--token-file", tokens, "--log-level", "debug", "--levels", "1");
        Script.RunPython("read_shared", new
        {
            address = program.Address, name = "ramp", user = "anna", password = Password, token, z = RampVolume.Z, y = RampVolume.Y, x = RampVolume.X,
        });

        using HttpClient client = new(new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true } });
        client.BaseAddress = new Uri(program.Address);
        Assert.Equal(HttpStatusCode.OK, await AskAsync($"/t/{token}/ramp.zarr/.zattrs"));
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync($"/t/{token}/none?{token}"));
        Assert.Equal(HttpStatusCode.BadRequest, await AskAsync($"/t/{token}/%ff"));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync("/"));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync($"/t/{token}x/"));

        Assert.Contains("is revoked", ZarrFsProcess.Run("token", "revoke", id, "--token-file", tokens).Expect().Output);
        var patience = Stopwatch.StartNew();
        while (await AskAsync($"/t/{token}/ramp.zarr/.zattrs") == HttpStatusCode.OK && patience.Elapsed < TimeSpan.FromSeconds(120)) await Task.Delay(100);
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync($"/t/{token}/ramp.zarr/.zattrs"));
        program.Stop();
        Assert.Contains("127.0.0.1 was refused: ", program.ErrorLog);
        Assert.DoesNotContain(Token.Prefix, program.Log);
        Assert.DoesNotContain(Password, program.Log);

        async Task<HttpStatusCode> AskAsync(string path)
        {
            using HttpResponseMessage answer = await client.GetAsync(path);
            return answer.StatusCode;
        }
    }

    [ClientFact(Needs.Python)]
    public void What_cannot_be_shared_so_is_said_before_anything_is_opened()
    {
        string missing = _workspace.At("missing"), tokens = _workspace.At("tokens.json");
        Refuses("0.0.0.0:9000 can be reached from other machines", "serve", missing, "--listen", "0.0.0.0:9000");
        Refuses("--token-file is given too", "serve", missing, "--public", "--token-file", tokens);
        string config = _workspace.Write("zarrfs.json", $$"""{ "volumes": [ { "source": "{{missing}}" } ], "http": { "listen": "[::]:9000", "tlsSelfSigned": true } }""");
        Refuses("nothing says who may read it", "run", "--config", config);
        Refuses("expected --tls CERT KEY", "run", "--config", _workspace.Write("half.json", $$"""{ "volumes": [ { "source": "{{missing}}" } ], "http": { "listen": "localhost:0", "tlsKey": "k" } }"""));

        RampVolume.Write(_workspace.Folder("ramp"));
        string passwords = _workspace.Write("passwords", "anna:plain\n"), bad = _workspace.Write("bad.json", "{"), pem = _workspace.Write("a.pem", "x");
        Refuses("passwords, line 1: the second field is no hash", "serve", _workspace.At("ramp"), "--listen", "127.0.0.1:0", "--password-file", passwords);
        Refuses("bad.json is not a file of 'zarrfs token'", "serve", _workspace.At("ramp"), "--listen", "127.0.0.1:0", "--token-file", bad);
        Refuses("a.pem has no certificate in PEM", "serve", _workspace.At("ramp"), "--listen", "127.0.0.1:0", "--tls", pem, pem);

        static void Refuses(string why, params string[] arguments)
        {
            Tool tool = ZarrFsProcess.Run(arguments).Expect(exitCode: 2);
            Assert.StartsWith("zarrfs: --", tool.ErrorLines[^1]);
            Assert.Contains(why, tool.Error);
        }
    }

    [ClientFact(Needs.Python)]
    public void Tokens_are_made_listed_and_revoked()
    {
        string tokens = _workspace.At("new", "tokens.json");
        (string id, string token) = CreateToken(tokens, "--volume", "b", "--volume", "a", "--expires", "12h", "--note", "for Anna");
        Tool s3 = ZarrFsProcess.Run("token", "create", "--s3", "--expires", "never", "--url", "https://data.example.org/", "--token-file", tokens).Expect();
        Assert.Matches(@"\n  link            https://data\.example\.org/t/zarrfs_[a-z2-9]{8}_[\w-]{43}/\n", s3.Output);
        Match key = Keys().Match(s3.Output);
        Assert.Contains(key.Groups["secret"].Value, File.ReadAllText(tokens));
        Assert.Contains("stands in the file as it is", s3.Output);
        Assert.DoesNotContain(token, File.ReadAllText(tokens));

        string list = ZarrFsProcess.Run("token", "list", "--token-file", tokens).Expect().Output;
        Assert.Contains($"  {id}  until ", list);
        Assert.Contains("  a, b  (for Anna)", list);
        Assert.Contains($"  no end              made ", list);
        Assert.Contains($"  all volumes  S3 {key.Groups["id"].Value}", list);
        Assert.DoesNotContain(token, list);
        Assert.DoesNotContain(key.Groups["secret"].Value, list);

        ZarrFsProcess.Run("token", "revoke", id, "--token-file", tokens).Expect();
        Assert.Contains("was revoked before", ZarrFsProcess.Run("token", "revoke", id, "--token-file", tokens).Expect().Output);
        Assert.Contains($"  {id}  revoked ", ZarrFsProcess.Run("token", "list", "--token-file", tokens).Expect().Output);
        Assert.Contains("there is no token aaaaaaaa", ZarrFsProcess.Run("token", "revoke", "aaaaaaaa", "--token-file", tokens).Expect(exitCode: 2).Error);
        Tool typed = ZarrFsProcess.Run("token", "revoke", token, "--token-file", tokens).Expect(exitCode: 2);
        Assert.DoesNotContain(token, typed.Error);
        foreach (string time in (string[])["30", "d", "-1d", "1y", "99999999d"])
            Assert.Contains("expected for example 12h, 30d", ZarrFsProcess.Run("token", "create", $"--expires={time}", "--token-file", tokens).Expect(exitCode: 2).Error);
    }

    [ClientFact(Needs.Python)]
    public void Users_are_added_changed_and_removed()
    {
        string file = _workspace.At("passwords");
        SetPassword(file, "anna", "--volume", "a", "--volume", "b");
        SetPassword(file, "bob");
        string before = File.ReadAllText(file);
        SetPassword(file, "bob");
        string[] lines = File.ReadAllLines(file);
        Assert.Equal(2, lines.Length);
        Assert.Equal(before.Split('\n')[0], lines[0]);
        Assert.NotEqual(before.Split('\n')[1], lines[1]);
        Assert.EndsWith(":a,b", lines[0]);
        var list = PasswordList.Read(file);
        Assert.True(list.Find("anna")!.Hash.Matches(Password));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        ZarrFsProcess.Run("password", file, "anna", "--remove").Expect();
        Assert.Equal([lines[1]], File.ReadAllLines(file));
        Assert.Contains("there is no user 'anna'", ZarrFsProcess.Run("password", file, "anna", "--remove").Expect(exitCode: 2).Error);
        Assert.Contains("cannot be a user's name", ZarrFsProcess.Run("password", file, "a:b", "--remove").Expect(exitCode: 2).Error);
        Assert.Contains("standard input has no line", ZarrFsProcess.Run("password", file, "carl", "--stdin").Expect(exitCode: 2).Error);
        Assert.Contains("where commas part names", ZarrFsProcess.Run("password", file, "carl", "--volume", "a,b").Expect(exitCode: 2).Error);
        Assert.Contains("it has 5 characters", Shell($"printf 'short\\n' | \"$0\" password \"$1\" carl", file).Expect(exitCode: 2).Error);
    }

    [ClientFact(Needs.Python)]
    public void A_terminal_is_asked_twice_and_shows_nothing()
    {
        string file = _workspace.At("passwords");
        // What comes back from the terminal is all that somebody who looks over the shoulder sees. It types as soon as it is asked.
        Tool typed = Tool.Run(Script.Python, [Path.Combine(Repository.Clients, "python", "type_twice.py"), "from the keys", ZarrFsProcess.Executable, "password", file, "anna"]).Expect();
        Assert.Contains("Added user 'anna'", typed.Output);
        Assert.DoesNotContain("from the keys", typed.Output);
        Assert.True(PasswordList.Read(file).Find("anna")!.Hash.Matches("from the keys"));
    }

    private static void SetPassword(string file, string user, params string[] more) =>
        Shell($"printf '%s\\n' '{Password}' | \"$0\" password \"$1\" {user} {string.Join(' ', more)}", file).Expect();

    private static Tool Shell(string script, string file) => Tool.Run("/bin/bash", ["-c", script, ZarrFsProcess.Executable, file]);

    private static (string Id, string Token) CreateToken(string tokens, params string[] more)
    {
        Tool made = ZarrFsProcess.Run(["token", "create", "--token-file", tokens, .. more]).Expect();
        Match token = TokenLine().Match(made.Output);
        Assert.True(token.Success, made.Transcript);
        return (token.Groups["id"].Value, token.Groups["token"].Value);
    }

    [GeneratedRegex(@"^  token +(?<token>zarrfs_(?<id>[a-z2-9]{8})_[\w-]{43})$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 120_000)]
    private static partial Regex TokenLine();

    [GeneratedRegex("AWS_ACCESS_KEY_ID=(?<id>[A-Z0-9]{20}) AWS_SECRET_ACCESS_KEY=(?<secret>[A-Za-z0-9]{40,})", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 120_000)]
    private static partial Regex Keys();
}
