using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using ZarrFs.Host.Http.Access;
using ZarrFs.Tests.Clients.Harness;
using ZarrFs.Tests.Mount;

namespace ZarrFs.Tests.Clients;

/// <summary>SIGHUP has the configuration read anew while the mount and the HTTP service are in use.</summary>
public sealed class ReloadTests : IDisposable
{
    private const int Side = 48, Chunk = 16;

    private readonly Workspace _workspace = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(120) };
    private readonly Dictionary<string, byte[][]> _slices = [];
    private readonly string _mount;
    private int _mounted, _served;

    public ReloadTests()
    {
        foreach ((string name, int depth) in (ReadOnlySpan<(string, int)>)[("old", 32), ("gone", 33), ("new", 34)])
            _slices[name] = PlainTiff.WriteSlices(_workspace.At(name), depth, Side, Side);
        _mount = _workspace.Folder("mount");
    }

    public void Dispose()
    {
        _http.Dispose();
        _workspace.Dispose();
    }

    [ClientFact(Needs.Fuse)]
    public async Task Volumes_come_and_go_under_a_mount_that_is_being_read()
    {
        Configure(["gone", "old"]);
        using ZarrFsProcess process = Run();
        Assert.False(Directory.Exists(Root("new"))); // the kernel remembers that
        Assert.Equal(4, Directory.EnumerateDirectories(_mount).Count());
        Dictionary<string, ulong> numbers = Numbers("old");
        Assert.Equal(Voxels("gone", 0, 1, 2), File.ReadAllBytes(ChunkFile("gone", 0, 1, 2)));
        using FileStream open = File.OpenRead(ChunkFile("gone", 1, 1, 1));
        using var stop = new CancellationTokenSource();
        Task mounted = ReadTheMount(stop.Token);
        Task served = Task.Run(() => ReadOn(
            (z, y, x) => _http.GetByteArrayAsync(new Uri($"{process.Address}/old.ome.zarr/0/c/{z}/{y}/{x}")), () => Interlocked.Increment(ref _served), stop.Token));
        GoOn();
        for (int round = 0; round < 3; round++)
        {
            Configure(["old", "new"]);
            Reload(process);
            Assert.Equal(["new.ome.zarr", "new.zarr", "old.ome.zarr", "old.zarr"], Listing());
            Assert.Equal(Voxels("new", 1, 2, 0), File.ReadAllBytes(ChunkFile("new", 1, 2, 0)));
            Assert.False(Directory.Exists(Root("gone")));
            Assert.False(File.Exists(ChunkFile("gone", 0, 1, 2)));
            Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync(new Uri($"{process.Address}/gone.zarr/0/0/1/2"))).StatusCode);
            Assert.Equal(["old", "new"], await ServedNames(process));
            // Whoever had it open has what the kernel had, or the error that says that it is there no more.
            if (round == 0) Assert.ThrowsAny<IOException>(() => { while (open.Read(new byte[4096]) > 0) { } });

            Configure(["gone", "old"]);
            Reload(process);
            Assert.Equal(["gone.ome.zarr", "gone.zarr", "old.ome.zarr", "old.zarr"], Listing());
            Assert.False(Directory.Exists(Root("new")));
            Assert.Equal(Voxels("gone", 0, 1, 2), File.ReadAllBytes(ChunkFile("gone", 0, 1, 2)));
            Assert.Equal(["gone", "old"], await ServedNames(process));
        }

        GoOn();
        await stop.CancelAsync();
        await Task.WhenAll(mounted, served);
        Assert.Equal(numbers, Numbers("old"));
        process.Stop();

        void GoOn()
        {
            AwaitRead(() => Volatile.Read(ref _mounted), mounted);
            AwaitRead(() => Volatile.Read(ref _served), served);
        }
    }

    [ClientFact(Needs.Fuse)]
    public void Changed_settings_are_another_volume_of_the_same_name()
    {
        Configure(["old"], chunk: 16);
        using ZarrFsProcess process = Run();
        byte[] document = File.ReadAllBytes(Path.Combine(Root("old"), "0/.zarray")), chunk = File.ReadAllBytes(ChunkFile("old", 0, 0, 0));
        ulong number = Posix.Inode(Path.Combine(Root("old"), "0/0/0/0"));
        Configure(["old"], chunk: 32);
        Reload(process);
        Assert.Equal(8 * chunk.Length, File.ReadAllBytes(ChunkFile("old", 0, 0, 0)).Length);
        Assert.NotEqual(document, File.ReadAllBytes(Path.Combine(Root("old"), "0/.zarray")));
        Assert.NotEqual(number, Posix.Inode(ChunkFile("old", 0, 0, 0)));
        Configure(["old"], chunk: 16);
        Reload(process);
        Assert.Equal(Voxels("old", 0, 0, 0), File.ReadAllBytes(ChunkFile("old", 0, 0, 0)));
        process.Stop();
    }

    [ClientFact(Needs.Fuse)]
    public async Task What_will_not_do_is_refused_as_a_whole_and_told()
    {
        Configure(["old"]);
        using ZarrFsProcess process = Run();
        foreach ((string configuration, string reason) in (ReadOnlySpan<(string, string)>)
            [
                ("{ \"volumes\": [", "is not valid JSON"),
                (Configuration(["new", "absent"]), "absent"),
                (Configuration(["new", "new"]), "two volumes would both be shown as 'new.zarr'"),
                (Configuration([]), "no source is given"),
                (Configuration(["old", "new"], chunk: 15), "is odd"),
            ])
        {
            _workspace.Write("zarrfs.json", configuration);
            int before = Count(process.ErrorLog, "is refused");
            process.Signal(Signals.Hangup);
            Eventually.True(() => Count(process.ErrorLog, "is refused") > before, "it is refused");
            Assert.Contains(reason, process.ErrorLog.Split('\n').Last(line => line.Contains("is refused", StringComparison.Ordinal)), StringComparison.Ordinal);
            Assert.Equal(["old.ome.zarr", "old.zarr"], Listing());
            Assert.Equal(Voxels("old", 1, 1, 1), File.ReadAllBytes(ChunkFile("old", 1, 1, 1)));
        }

        Configure(["old", "new"]);
        Reload(process);
        Assert.Equal(["old", "new"], await ServedNames(process));
        process.Stop();
    }

    [ClientFact(Needs.Fuse)]
    public async Task Who_may_read_and_how_much_changes_in_open_connections()
    {
        string tokens = _workspace.At("tokens.json");
        var token = Token.Make();
        TokenFile.Change(tokens, _ => [new TokenEntry(token.Id, token.Sum, new HashSet<string> { "new" }, DateTimeOffset.UtcNow, null, "", null, null)]);
        Configure(["old"]);
        using ZarrFsProcess process = Run();
        int connections = 0;
        using HttpClient client = new(new SocketsHttpHandler
        {
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            ConnectCallback = async (context, stop) =>
            {
                Interlocked.Increment(ref connections);
                Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(context.DnsEndPoint, stop);
                return new NetworkStream(socket, ownsSocket: true);
            },
        }) { BaseAddress = new Uri(process.Address) };
        using var stop = new CancellationTokenSource();
        Task mounted = ReadTheMount(stop.Token);
        Assert.Equal(HttpStatusCode.OK, await AskAsync("old", isKnown: false));

        Configure(["old", "new"], http: $"\"tokenFile\": \"{tokens}\"");
        Reload(process);
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync("old", isKnown: false));
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync("old", isKnown: true));
        Assert.Equal(HttpStatusCode.OK, await AskAsync("new", isKnown: true));

        // Refused as a whole: the volume stays as well as the rule.
        Configure(["new"], http: $"\"tokenFile\": \"{tokens}\", \"public\": true");
        process.Signal(Signals.Hangup);
        Eventually.True(() => process.ErrorLog.Contains("is refused, and everything stays as it was: --public: --token-file is given too", StringComparison.Ordinal), "it is refused");
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync("new", isKnown: false));
        Assert.True(Directory.Exists(Root("old")));

        Configure(["old"], http: "\"public\": true, \"maxRate\": 1, \"maxConnections\": 1");
        Reload(process);
        Assert.Equal(HttpStatusCode.OK, await AskAsync("old", isKnown: false));
        int asked = 0;
        while (await AskAsync("old", isKnown: false) != HttpStatusCode.TooManyRequests) Assert.True(++asked < 1000, "it answers any number");
        await Assert.ThrowsAsync<HttpRequestException>(() => _http.GetAsync(new Uri($"{process.Address}/healthz"))); // one connection is all

        Configure(["old"]);
        Reload(process);
        for (int i = 0; i < 100; i++) Assert.Equal(HttpStatusCode.OK, await AskAsync("old", isKnown: false));
        Assert.Contains("\"volumes\":1", await _http.GetStringAsync(new Uri($"{process.Address}/healthz")), StringComparison.Ordinal);
        Assert.Equal(1, connections);
        Assert.Equal(0, Count(process.ErrorLog, "needs a restart"));
        AwaitRead(() => Volatile.Read(ref _mounted), mounted);
        await stop.CancelAsync();
        await mounted;
        process.Stop();

        async Task<HttpStatusCode> AskAsync(string name, bool isKnown)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, $"/{name}.zarr/0/0/0/0");
            if (isKnown) request.Headers.Authorization = new("Bearer", token.Text);
            using HttpResponseMessage answer = await client.SendAsync(request);
            return answer.StatusCode;
        }
    }

    [ClientFact(Needs.Fuse)]
    public void What_cannot_change_is_told_and_the_log_level_does()
    {
        Configure(["old"]);
        using ZarrFsProcess process = Run();
        _workspace.Write("zarrfs.json", Configuration(["old"]).Replace("\"memory\": \"100MB\"", "\"memory\": \"90MB\", \"threads\": \"1\"", StringComparison.Ordinal)
            .Replace("127.0.0.1:0", "127.0.0.1:1", StringComparison.Ordinal));
        Reload(process);
        foreach (string option in (ReadOnlySpan<string>)["memory", "threads", "http.listen"])
            Assert.Equal(1, Count(process.ErrorLog, $"another value for {option}, which needs a restart"));
        Assert.Equal(3, Count(process.ErrorLog, "needs a restart"));

        Assert.DoesNotContain("debug", process.ErrorLog, StringComparison.Ordinal);
        _workspace.Write("zarrfs.json", Configuration(["new"]).Replace("information", "debug", StringComparison.Ordinal));
        Reload(process);
        Eventually.True(() => process.ErrorLog.Contains("debug ZarrFs.Host.Reloading.Reload: old is closed", StringComparison.Ordinal), "debug lines come");
        process.Stop();
    }

    /// <summary>Opening takes long where there are many slices; here it takes for ever, since nobody reads what the cache is marked with.</summary>
    [ClientFact(Needs.Fuse)]
    public void Signals_are_heard_while_volumes_are_opened()
    {
        Configure(["old"]);
        Tool.Run("mkfifo", [Path.Combine(_workspace.Folder("cache"), "zarrfs-cache.json")]).Expect();
        using ZarrFsProcess process = ZarrFsProcess.Launch("run", "--config", _workspace.At("zarrfs.json"), "--cache", _workspace.At("cache"));
        Eventually.True(
            () => File.ReadLines($"/proc/{process.Id}/status").Any(line => line.StartsWith("SigCgt:", StringComparison.Ordinal) && (Convert.ToUInt64(line[7..].Trim(), 16) & 1) != 0),
            "SIGHUP is heard");
        process.Signal(Signals.Hangup);
        process.Signal(Signals.Terminate);
        Assert.True(process.WaitForExit() == 130, process.Log);
        Assert.Equal("--- output\n\n--- log\n", process.Log);
        Assert.False(ZarrFsProcess.IsMounted(_mount));
    }

    [ClientFact(Needs.Fuse)]
    public async Task Many_reloads_leave_no_descriptors_behind()
    {
        Configure(["gone", "old"], cache: true);
        using ZarrFsProcess process = Run();
        int first = 0;
        for (int round = 0; round < 20; round++)
        {
            Configure(round % 2 == 0 ? ["old", "new"] : ["old", "gone"], cache: true);
            Reload(process);
            string other = round % 2 == 0 ? "new" : "gone";
            Assert.Equal(Voxels(other, 0, 2, 1), File.ReadAllBytes(ChunkFile(other, 0, 2, 1)));
            Assert.Equal(Chunk * Chunk * Chunk * 2, (await process.GetAsync($"{other}.ome.zarr/1/c/0/0/0")).Length);
            if (round == 7) first = Descriptors(process);
        }

        // Files of a volume that has just gone may be open for a moment longer.
        Eventually.True(() => Descriptors(process) <= first + 3, $"no more descriptors than the {first} of the beginning, and not {Descriptors(process)}");
        process.Stop();
    }

    [Fact]
    public void Without_a_file_a_closed_terminal_ends_it()
    {
        using var process = ZarrFsProcess.Start("serve", _workspace.At("old"), "--listen", "127.0.0.1:0");
        process.Signal(Signals.Hangup);
        Assert.True(process.WaitForExit() == 0, process.Log);
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    /// <summary>Open files and sockets of the program, without its own parts, which it loads when it comes to need them.</summary>
    private static int Descriptors(ZarrFsProcess process) => Directory.EnumerateFileSystemEntries($"/proc/{process.Id}/fd")
        .Count(link => new FileInfo(link).LinkTarget is { } target && !target.EndsWith(".dll", StringComparison.Ordinal) && !target.EndsWith(".so", StringComparison.Ordinal));

    private string Root(string name) => Path.Combine(_mount, $"{name}.zarr");

    private string ChunkFile(string name, int z, int y, int x) => Path.Combine(Root(name), $"0/{z}/{y}/{x}");

    private string[] Listing() => [.. Directory.EnumerateDirectories(_mount).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    private Dictionary<string, ulong> Numbers(string name) =>
        Directory.EnumerateFileSystemEntries(Root(name), "*", SearchOption.AllDirectories).ToDictionary(path => path, Posix.Inode);

    /// <summary>A chunk of level 0 as the slices say.</summary>
    private byte[] Voxels(string name, int z, int y, int x)
    {
        byte[] voxels = new byte[Chunk * Chunk * Chunk * 2];
        for (int i = 0; i < Chunk && (z * Chunk) + i < _slices[name].Length; i++)
        {
            for (int j = 0; j < Chunk; j++)
            {
                _slices[name][(z * Chunk) + i].AsSpan(2 * ((((y * Chunk) + j) * Side) + (x * Chunk)), 2 * Chunk)
                    .CopyTo(voxels.AsSpan(2 * Chunk * ((i * Chunk) + j)));
            }
        }

        return voxels;
    }

    /// <summary>Waits until a reader has begun and ended a read from now on, or has failed.</summary>
    private static void AwaitRead(Func<int> count, Task reader)
    {
        int enough = count() + 2; // one may be on its way
        Eventually.True(() => reader.IsFaulted || count() >= enough, "the reader goes on");
    }

    private Task ReadTheMount(CancellationToken stop) => Task.Run(
        () => ReadOn((z, y, x) => Task.FromResult(File.ReadAllBytes(ChunkFile("old", z, y, x))), () => Interlocked.Increment(ref _mounted), stop), CancellationToken.None);

    private async Task ReadOn(Func<int, int, int, Task<byte[]>> read, Action done, CancellationToken stop)
    {
        for (int count = 0; !stop.IsCancellationRequested; count++)
        {
            (int z, int y, int x) = (count % 2, count / 2 % 3, count / 6 % 3);
            Assert.Equal(Voxels("old", z, y, x), await read(z, y, x));
            done();
        }
    }

    private async Task<string[]> ServedNames(ZarrFsProcess process)
    {
        using JsonDocument status = JsonDocument.Parse(await _http.GetStringAsync(new Uri($"{process.Address}/status")));
        return [.. status.RootElement.GetProperty("volumes").EnumerateArray().Select(volume => volume.GetProperty("name").GetString()!)];
    }

    private string Configuration(string[] names, int chunk = Chunk, bool cache = false, string http = "\"public\": false") => $$"""
        {
          "volumes": [{{string.Join(", ", names.Select(name => $$"""{"source": "{{_workspace.At(name)}}", "chunkSize": "{{chunk}}"}"""))}}],
          "mount": {"path": "{{_mount}}"}, "http": {"listen": "127.0.0.1:0", {{http}}}, "memory": "100MB", "logLevel": "information",
          "cache": {"path": "{{(cache ? _workspace.At("cache") : "")}}"}
        }
        """;

    private void Configure(string[] names, int chunk = Chunk, bool cache = false, string http = "\"public\": false") =>
        _workspace.Write("zarrfs.json", Configuration(names, chunk, cache, http));

    private ZarrFsProcess Run() => ZarrFsProcess.Start("run", "--config", _workspace.At("zarrfs.json"));

    /// <summary>Has it reload, and waits until it says that it has.</summary>
    private static void Reload(ZarrFsProcess process)
    {
        int before = Count(process.ErrorLog, "is read anew");
        process.Signal(Signals.Hangup);
        Eventually.True(() => Count(process.ErrorLog, "is read anew") > before, $"it is reloaded\n{process.ErrorLog}");
    }
}
