using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients;

/// <summary>What the program says about itself.</summary>
public sealed class CommandLineTests
{
    private static readonly string[] View = ["--name", "--ranges", "--type", "--chunk-size", "--levels", "--downsample", "--voxel-size", "--on-bad-slice", "--channel", "--time", "--series", "--pattern", "--photometric", "--shift"];
    private static readonly string[] Work = ["--config", "--memory", "--scratch", "--scratch-size", "--threads"];
    private static readonly string[] Http = ["--listen", "--tls", "--tls-self-signed", "--insecure", "--public", "--password-file", "--token-file"];
    private static readonly string[] Service = [.. Work, "--log-level", "--cache", "--cache-size", "--cache-level0", "--preview", "--exact-budget", "--build-pyramid"];

    public static TheoryData<string, string[]> Options { get; } = new()
    {
        { "mount", ["SOURCE", "MOUNTPOINT", "--allow-other", .. View, .. Service] },
        { "serve", ["SOURCE", .. Http, .. View, .. Service] },
        { "run", ["SOURCE", "--mount", .. Http, "--allow-other", .. View, .. Service] },
        { "info", ["SOURCE", "--json", "--quick", .. View] },
        { "materialize", ["SOURCE", "OUT.zarr", "--format", "--zarr-only", "--compression", "--overwrite", "--durability", "--first-new-level", "--rebuild", "--verify", "--dry-run", "--cache", "--from-cache", "--progress", "--max-gb", "--obytes", .. View, .. Work] },
        { "verify", ["STORE", "SOURCE", "--progress", "--max-gb", .. View, .. Work] },
        { "warm", ["SOURCE", "--cache", "--cache-size", "--region", "--nlevels", "--progress", "--max-gb", .. View, .. Work] },
        { "demo", ["DIRECTORY"] },
        { "password", ["FILE", "USER", "--volume", "--stdin", "--remove"] },
    };

    [Theory]
    [MemberData(nameof(Options))]
    public void Help_explains_every_option(string command, string[] options)
    {
        Tool help = ZarrFsProcess.Run(command, "--help").Expect();
        foreach (string option in options)
        {
            string line = Assert.Single(help.Output.Split('\n'), line => (line.StartsWith("  -", StringComparison.Ordinal) && line.Trim().Split("  ")[0].Split(' ', ',').Contains(option)) || line.TrimStart().StartsWith($"<{option}>", StringComparison.Ordinal));
            Assert.True(line.Trim().Length > option.Length + 20, $"{option} is not explained: {line}");
        }
    }

    [Theory]
    [InlineData("materialize", "/a", "/b.zarr", "--memroy", "1GB")]
    [InlineData("mount", "/a")]
    [InlineData("serve", "/a", "--listne", "127.0.0.1:0")]
    [InlineData("warm", "/a", "--cache", "/c", "--levles", "3")]
    [InlineData("serv", "/a")]
    [InlineData("token", "creat")]
    public void A_mistake_on_the_command_line_is_said_alone(params string[] line)
    {
        Tool refused = ZarrFsProcess.Run(line).Expect(exitCode: 2);
        string command = line[0] switch { "serv" => "zarrfs", "token" => "zarrfs token", _ => $"zarrfs {line[0]}" };
        Assert.Contains($"'{command} --help' says what there is.", refused.Error, StringComparison.Ordinal);
        Assert.InRange((refused.Output + refused.Error).Split('\n').Length, 2, 15);
    }

    [Theory]
    [InlineData("zarrfs mount SOURCE MOUNTPOINT [OPTIONS]", "mount", "/a")]
    [InlineData("zarrfs serve SOURCE … [OPTIONS]", "serve")]
    [InlineData("zarrfs run [SOURCE …] [OPTIONS]", "run", "/a", "--mount")]
    [InlineData("zarrfs token revoke NUMBER [OPTIONS]", "token", "revoke")]
    [InlineData("zarrfs token COMMAND …", "token", "creat")]
    public void Who_leaves_something_out_is_shown_how_the_command_goes(string usage, params string[] line)
    {
        Tool refused = ZarrFsProcess.Run(line).Expect(exitCode: 2);
        Assert.Contains($"Usage: {usage}\n", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_lists_the_commands()
    {
        Tool help = ZarrFsProcess.Run("--help").Expect();
        foreach (string command in (string[])["mount", "serve", "run", "materialize", "verify", "warm", "info", "demo", "token", "password"])
            Assert.Contains(help.Output.Split('\n'), line => line.TrimStart().StartsWith($"{command} ", StringComparison.Ordinal));
    }
}
