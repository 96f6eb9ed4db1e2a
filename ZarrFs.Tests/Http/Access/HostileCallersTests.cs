using System.Text.RegularExpressions;
using ZarrFs.Host.Http;
using ZarrFs.Host.Http.Access;

namespace ZarrFs.Tests.Http.Access;

/// <summary>Whoever has no token, or one for something else, gets no further and learns nothing, not even that there is something that he may not see.</summary>
public sealed partial class HostileCallersTests(HostileCallersTests.Server server) : IClassFixture<HostileCallersTests.Server>
{
    public static TheoryData<string> Names => [.. HostileCallers.All().Select(static request => request.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task He_gets_no_further_and_learns_nothing(string name)
    {
        HostileRequest request = HostileCallers.All().Single(request => request.Name == name);
        int said = server.LinesLogged;
        string answer = await server.ExchangeAsync(request);
        Assert.Equal((request.Status, request.Answers), RawExchange.Count(answer));
        RawExchange.AssertTellsNothing(answer);
        Assert.DoesNotContain("/data/", answer, StringComparison.Ordinal);
        if (request.Status >= 400) Assert.DoesNotContain(Token.Prefix, answer, StringComparison.OrdinalIgnoreCase);

        // Of a volume that is not for him he hears what he hears of one that does not exist.
        (string hidden, string absent) = request.Bytes.Contains("{other}/", StringComparison.Ordinal) ? ("vol", "vil") : ("unseen", "absent");
        if (request.Bytes.Contains(hidden, StringComparison.Ordinal))
        {
            string ofAbsent = await server.ExchangeAsync(request with { Bytes = request.Bytes.Replace(hidden, absent, StringComparison.Ordinal) });
            Assert.Equal(Lasting(ofAbsent), Lasting(answer.Replace(hidden, absent, StringComparison.Ordinal)));
        }
        else
        {
            Assert.DoesNotContain(hidden, answer, StringComparison.Ordinal);
        }

        server.AssertNothingFailedAndNoTokenWasLogged(said);
    }

    /// <summary>An answer without what is another each time: the date and the request's number.</summary>
    private static string Lasting(string answer) => Changing().Replace(answer, "");

    [GeneratedRegex("(?m)^(Date|x-amz-request-id): .*$|<RequestId>[^<]*</RequestId>", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex Changing();

    /// <summary>One server for all of them.</summary>
    public sealed class Server : IAsyncLifetime, IDisposable
    {
        private readonly string _directory = Directory.CreateTempSubdirectory("zarrfs hostile ").FullName;
        private readonly ManualTime _time = new();
        private readonly RecordedLog _log = new();
        private readonly Dictionary<string, Token> _tokens = [];
        private TestServer _server = null!;

        public int LinesLogged => _log.Lines.Count;

        private string Tokens => Path.Combine(_directory, "tokens.json");

        public async Task InitializeAsync()
        {
            DateTimeOffset now = _time.GetUtcNow();
            Add("good", "vol", expires: null, revoked: null);
            Add("other", "unseen", expires: null, revoked: null);
            Add("expired", "vol", expires: now, revoked: null);
            Add("revoked", "vol", expires: null, revoked: now);
            _tokens.Add("unknown", Token.Make());
            _server = await TestServer.StartAsync(
                new HttpOptions { Access = new AccessOptions { TokenFile = Tokens } }, logs: _log, time: _time, volumes: ["vol", "unseen"]);
            _server.Tree.AddDirectory("unseen.zarr");
            _server.Tree.AddDocument("unseen.zarr/.zattrs", "{}");
            _server.Tree.AddDirectory("unseen.zarr/0");
            _server.Tree.AddChunk("unseen.zarr/0/7", 7, TestServer.SmallChunk);
        }

        public Task<string> ExchangeAsync(HostileRequest request)
        {
            string bytes = request.Bytes;
            _time.Advance(TimeSpan.FromHours(1)); // what was tried before counts no more
            foreach ((string name, Token token) in _tokens) bytes = bytes.Replace($"{{{name}}}", token.Text, StringComparison.Ordinal);
            return RawExchange.ExchangeAsync(_server, bytes.Replace("{cut}", _tokens["good"].Text[..^1], StringComparison.Ordinal), request.AnswersAtOnce);
        }

        public void AssertNothingFailedAndNoTokenWasLogged(int since)
        {
            // Kestrel's own lines are shown from warnings on; below that it tells whole targets.
            foreach (string line in _log.Lines.Skip(since).Where(line => !line.StartsWith("Debug: Connection id", StringComparison.Ordinal)))
            {
                Assert.False(line.StartsWith("Error", StringComparison.Ordinal), line);
                foreach (Token token in _tokens.Values) Assert.False(line.Contains(token.Text[^43..^1], StringComparison.Ordinal), line);
            }
        }

        public async Task DisposeAsync()
        {
            await _server.DisposeAsync();
            Directory.Delete(_directory, recursive: true);
        }

        public void Dispose() => _log.Dispose();

        private void Add(string name, string volume, DateTimeOffset? expires, DateTimeOffset? revoked)
        {
            var token = Token.Make();
            _tokens.Add(name, token);
            TokenFile.Change(Tokens, entries => [.. entries, new TokenEntry(token.Id, token.Sum, new HashSet<string> { volume }, _time.GetUtcNow(), expires, "", revoked, null)]);
        }
    }
}
