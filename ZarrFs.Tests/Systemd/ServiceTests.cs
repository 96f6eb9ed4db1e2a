using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ZarrFs.Host.Systemd;
using ZarrFs.Tests.Clients.Harness;
using ZarrFs.Tests.Mount;

namespace ZarrFs.Tests.Systemd;

/// <summary>The real program as a service manager sees it.</summary>
public sealed partial class ServiceTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public ServiceTests()
    {
        PlainTiff.WriteSlices(_workspace.At("slices"), 8, 16, 16);
        _workspace.Write("zarrfs.json", Configuration("slices"));
    }

    public void Dispose() => _workspace.Dispose();

    [FuseFact]
    public void Says_that_it_is_ready_reloads_lives_and_stops()
    {
        using var manager = new NotifySocket(_workspace.At("notify"));
        string mount = _workspace.Folder("mount");
        using ZarrFsProcess process = ZarrFsProcess.StartWith(
            [("NOTIFY_SOCKET", manager.Path), ("WATCHDOG_USEC", "100000")], "run", "--config", _workspace.At("zarrfs.json"), "--mount", mount, "--log-level", "trace");
        Eventually.True(() => manager.Messages.Length > 0, "it is ready");
        Assert.Equal($"READY=1\nSTATUS=1 volume, mounted on {mount}, served on {process.Address}/.", manager.Messages[0]);
        Eventually.True(() => manager.Messages.Count(message => message == "WATCHDOG=1") >= 3, "it says that it lives");

        Assert.True(File.Exists(Path.Combine(mount, "slices.zarr", ".zattrs")));
        process.Signal(Signals.Hangup);
        Eventually.True(() => manager.Messages.Count(message => message.StartsWith("READY=1\n", StringComparison.Ordinal)) == 2, "it is ready again");
        string reloading = Assert.Single(manager.Messages, message => message.StartsWith("RELOADING=1\n", StringComparison.Ordinal));
        string time = reloading.Split('\n').Single(line => line.StartsWith("MONOTONIC_USEC=", StringComparison.Ordinal))["MONOTONIC_USEC=".Length..];
        double uptime = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture) * 1e6;
        Assert.InRange(long.Parse(time, CultureInfo.InvariantCulture), 1, uptime * 1.01); // the same clock, but for time asleep

        int[] own = [.. Directory.EnumerateDirectories($"/proc/{process.Id}/task").Select(static task => int.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture))];
        process.Stop();
        Eventually.True(() => manager.Messages.Any(message => message.StartsWith("STOPPING=1\n", StringComparison.Ordinal)), "it says that it stops");
        Assert.DoesNotContain("Ctrl-C", process.Log, StringComparison.Ordinal);

        // Who waits for his own answer cannot be killed. The kernel says which thread asks.
        int[] asking = [.. Asking().Matches(process.Log).Select(static line => int.Parse(line.Groups["thread"].ValueSpan, CultureInfo.InvariantCulture))];
        Assert.NotEmpty(asking);
        Assert.Empty(asking.Intersect(own));
        Assert.Single(process.Log.Split("--- log")[0].Split('\n'), line => line.Contains("Mounted on", StringComparison.Ordinal));
    }

    [Fact]
    public void Reload_that_was_refused_is_told_until_one_is_taken()
    {
        using var manager = new NotifySocket(_workspace.At("notify"));
        using ZarrFsProcess process = Serve([("NOTIFY_SOCKET", manager.Path)]);
        string well = $"READY=1\nSTATUS=1 volume, served on {process.Address}/";
        Eventually.True(() => manager.Messages.Length > 0, "it is ready");
        _workspace.Write("zarrfs.json", "{");
        Reload(1);
        Assert.Matches($@"^{well}; the configuration of [0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}} [0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}} was refused, see the log\.$", manager.Messages[^1]);
        PlainTiff.WriteSlices(_workspace.At("other"), 8, 16, 16);
        _workspace.Write("zarrfs.json", Configuration("other"));
        Reload(2);
        Assert.Equal($"{well}.", manager.Messages[^1]);
        Eventually.True(() => process.ErrorLog.Contains("The configuration is read anew: 1 volume is shown.", StringComparison.Ordinal), "it is told");
        process.Stop();

        void Reload(int count)
        {
            process.Signal(Signals.Hangup);
            Eventually.True(() => manager.Messages.Count(message => message.StartsWith("READY=1\n", StringComparison.Ordinal)) == count + 1, "it is ready again");
        }
    }

    [Fact]
    public void Socket_that_is_not_in_the_file_system_is_found_too()
    {
        using var manager = new NotifySocket($"@zarrfs-test-{Guid.NewGuid():N}");
        using (ZarrFsProcess process = Serve([("NOTIFY_SOCKET", manager.Path)]))
        {
            Eventually.True(() => manager.Messages.Length > 0, "it is ready");
            process.Stop();
        }

        Assert.DoesNotContain("WATCHDOG=1", manager.Messages);
    }

    [Fact]
    public void Manager_that_is_not_there_is_no_trouble()
    {
        using ZarrFsProcess process = Serve([("NOTIFY_SOCKET", _workspace.At("nobody")), ("WATCHDOG_USEC", "100000")]);
        process.Stop();
    }

    [Fact]
    public void Json_log_is_an_object_a_line_with_exceptions_and_universal_time()
    {
        using ZarrFsProcess process = Serve([], "--log-format", "json", "--log-level", "debug");
        process.Signal(Signals.Hangup);
        Eventually.True(() => process.ErrorLog.Contains("is read anew", StringComparison.Ordinal), "it is reloaded");
        _workspace.Write("zarrfs.json", "\0{");
        process.Signal(Signals.Hangup);
        Eventually.True(() => process.ErrorLog.Contains("is refused", StringComparison.Ordinal), "it is refused");
        process.Stop();
        JsonElement[] lines = [.. process.ErrorLog.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.NotEmpty(lines);
        foreach (JsonElement line in lines)
        {
            Assert.Equal(JsonValueKind.Object, line.ValueKind);
            Assert.False(string.IsNullOrEmpty(line.GetProperty("Message").GetString()));
            string time = line.GetProperty("Timestamp").GetString()!;
            Assert.EndsWith("Z", time, StringComparison.Ordinal);
            Assert.InRange(DateTimeOffset.Parse(time, CultureInfo.InvariantCulture), DateTimeOffset.UtcNow.AddMinutes(-10), DateTimeOffset.UtcNow.AddMinutes(1));
        }

        Assert.Contains(lines, line => line.GetProperty("LogLevel").GetString() == "Error");
    }

    [Theory]
    [InlineData("8:12345", "socket:[12345]", true)]
    [InlineData("8:12345", "socket:[1234]", false)]
    [InlineData("8:12345", "/dev/pts/1", false)]
    [InlineData("8:", "socket:[]", false)]
    [InlineData(null, "socket:[12345]", false)]
    [InlineData("8:12345", null, false)]
    public void Journal_is_known_by_its_socket(string? stream, string? descriptor, bool isJournal) => Assert.Equal(isJournal, Journal.IsAt(stream, descriptor));

    [Fact]
    public void Each_line_for_the_journal_has_its_severity()
    {
        using var text = new StringWriter { NewLine = "\n" };
        Journal.Write(text, Microsoft.Extensions.Logging.LogLevel.Error, "first\nsecond");
        Journal.Write(text, Microsoft.Extensions.Logging.LogLevel.Warning, "third");
        Journal.Write(text, Microsoft.Extensions.Logging.LogLevel.Information, "fourth");
        Assert.Equal("<3>first\n<3>second\n<4>third\n<6>fourth\n", text.ToString());
    }

    [GeneratedRegex(", request [0-9]+ of process (?<thread>[0-9]+)", RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex Asking();

    private string Configuration(string name) => $$"""
        {"volumes": [{"source": "{{_workspace.At(name)}}"}], "http": {"listen": "127.0.0.1:0"}, "memory": "80MB"}
        """;

    private ZarrFsProcess Serve((string Name, string Value)[] environment, params string[] options) =>
        ZarrFsProcess.StartWith(environment, ["run", "--config", _workspace.At("zarrfs.json"), .. options]);
}
