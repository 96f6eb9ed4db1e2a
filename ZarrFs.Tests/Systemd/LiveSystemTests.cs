using System.Security.Cryptography;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Systemd;

/// <summary>What is seen of the units while a real systemd runs them.</summary>
public sealed class LiveSystemTests(LiveSystem system) : IClassFixture<LiveSystem>
{
    private static string Chunk { get; } = Digest(LiveSystem.Width, 0);

    private static string OtherChunk { get; } = Digest(LiveSystem.OtherWidth, 0);

    [LiveFact]
    public void Service_starts_says_what_it_serves_and_may_nothing()
    {
        Succeeded("install", "start");
        AssertState("status", "active", "1 volume, served on http://127.0.0.1:9000/.");
        AssertRights("rights", "zarrfs", capabilities: 0);
        Assert.StartsWith(Chunk, system.Fact("chunk"), StringComparison.Ordinal);
    }

    [LiveFact]
    public void Journal_has_each_line_once_and_none_for_who_has_a_keyboard()
    {
        string[] said = system.Fact("said-mount").Split('\n');
        Assert.DoesNotContain(said.Concat(system.Fact("said").Split('\n')), line => line.Contains("Ctrl-C", StringComparison.Ordinal));
        Assert.Equal(2, said.Count(line => line.StartsWith("Mounted on /mnt/lab", StringComparison.Ordinal))); // started twice
    }

    [LiveFact]
    public void Reload_shows_a_volume_more_and_one_that_is_refused_changes_nothing()
    {
        Succeeded("reload");
        Assert.StartsWith(OtherChunk, system.Fact("chunk-reloaded"), StringComparison.Ordinal);
        string refused = Assert.Single(system.Fact("status-refused").Split('\n'), line => line.StartsWith("StatusText=", StringComparison.Ordinal));
        Assert.StartsWith("StatusText=2 volumes, served on http://127.0.0.1:9000/; the configuration of ", refused, StringComparison.Ordinal);
        Assert.EndsWith(" was refused, see the log.", refused, StringComparison.Ordinal);
        Assert.StartsWith(OtherChunk, system.Fact("chunk-refused"), StringComparison.Ordinal);
    }

    [LiveFact]
    public void Mistake_in_the_configuration_is_told_where_one_looks_and_not_tried_again()
    {
        const string Problem = "--config: /etc/zarrfs/zarrfs.json is not valid JSON: line 1, byte 16:";
        Assert.NotEqual(0, system.CodeOf("start-mistaken"));
        string status = system.Fact("status-mistaken");
        Assert.Contains("Active: failed ", status, StringComparison.Ordinal);
        Assert.Contains($"Status: \"{Problem}", status, StringComparison.Ordinal);
        Assert.StartsWith(Problem, system.Fact("errors-mistaken"), StringComparison.Ordinal);
    }

    [LiveFact]
    public void Source_that_is_not_there_yet_is_told_and_waited_for()
    {
        Assert.NotEqual(0, system.CodeOf("start-sourceless"));
        Assert.Contains("Status: \"/data/nothing: does not exist", system.Fact("status-sourceless"), StringComparison.Ordinal);
        Assert.Contains("nothing: 40×70×90", system.Fact("said"), StringComparison.Ordinal);
    }

    [LiveFact]
    public void Mount_is_everybodys_to_see_and_may_mount_and_read_alone()
    {
        Succeeded("start-mount");
        AssertState("status-mount", "active", "1 volume, mounted on /mnt/lab, served on http://127.0.0.1:9001/.");
        AssertRights("rights-mount", "root", capabilities: (1 << 21) | (1 << 2)); // CAP_SYS_ADMIN, CAP_DAC_READ_SEARCH
        Assert.StartsWith(Chunk, system.Fact("chunk-mount"), StringComparison.Ordinal);
    }

    [LiveFact]
    public void Open_file_of_the_mount_is_read_after_a_reload()
    {
        Assert.StartsWith(OtherChunk, system.Fact("chunk-mount-reloaded"), StringComparison.Ordinal);
        Assert.StartsWith(Digest(LiveSystem.Width, 1), system.Fact("chunk-held"), StringComparison.Ordinal);
    }

    [LiveFact]
    public void Killed_or_hung_it_comes_back_over_its_dead_mount()
    {
        Assert.StartsWith(Chunk, system.Fact("chunk-killed"), StringComparison.Ordinal);
        Assert.Contains("Removed the dead mount", system.Fact("said-mount"), StringComparison.Ordinal);
        Assert.Contains("Watchdog timeout", system.Fact("said-hung"), StringComparison.Ordinal);
        Assert.StartsWith(Chunk, system.Fact("chunk-hung"), StringComparison.Ordinal);
    }

    [LiveFact]
    public void Stopping_unmounts_and_uninstalling_leaves_nothing()
    {
        Succeeded("stop-mount", "uninstall");
        Assert.Equal(["ActiveState=inactive", "Result=success"], system.Fact("status-stopped").Split('\n').Order(StringComparer.Ordinal));
        foreach (string left in (string[])["mounted", "files-left", "user-left", "units-left"]) Assert.Equal("", system.Fact(left));
    }

    private void Succeeded(params string[] facts)
    {
        foreach (string fact in facts) Assert.True(system.CodeOf(fact) == 0, $"{fact}: exit code {system.CodeOf(fact)}\n{system.Fact(fact)}");
    }

    private void AssertState(string fact, string active, string text) =>
        Assert.Equal([$"ActiveState={active}", $"StatusText={text}"], system.Fact(fact).Split('\n').Order(StringComparer.Ordinal));

    private void AssertRights(string fact, string user, int capabilities)
    {
        Dictionary<string, string> rights = system.Fact(fact).Split('\n').Select(line => line.Split(':')).ToDictionary(parts => parts[0], parts => parts[1].Trim(), StringComparer.Ordinal);
        Assert.Equal(user, rights["User"]);
        foreach (string set in (string[])["CapPrm", "CapEff", "CapBnd"]) Assert.Equal($"{capabilities:x16}", rights[set]);
        Assert.Equal("0000000000000000", rights["CapAmb"]);
        Assert.Equal("1", rights["NoNewPrivs"]);
        Assert.Equal("2", rights["Seccomp"]); // a filter
    }

    /// <summary>The SHA-256 of a chunk of the first row at full resolution, from the voxels in the slices.</summary>
    private static string Digest(int width, int chunk)
    {
        const int Size = LiveSystem.ChunkSize, VoxelBytes = 2;
        using var bytes = new MemoryStream();
        for (int z = 0; z < Size; z++)
        {
            byte[] slice = ScanVolume.Slice(z, LiveSystem.Height, width);
            for (int y = 0; y < Size; y++) bytes.Write(slice, ((y * width) + (chunk * Size)) * VoxelBytes, Size * VoxelBytes);
        }

        return Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray()));
    }
}
