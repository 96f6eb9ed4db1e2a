using ZarrFs.Core.Failures;
using ZarrFs.Host.Http.Access;

namespace ZarrFs.Tests.Http.Access;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class FilesTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _directory = Directory.CreateTempSubdirectory("zarrfs access ").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_new_file_is_its_owners_only()
    {
        string path = At("new", "secret");
        SecretFile.Change("--x", path, 100, text => text + "a");
        Assert.Equal("a", File.ReadAllText(path));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(path));
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(At("new")));
        Assert.False(SecretFile.IsOpen(path));
        File.SetUnixFileMode(path, OwnerOnly | UnixFileMode.OtherRead);
        Assert.True(SecretFile.IsOpen(path));
        SecretFile.Change("--x", path, 100, text => text + "b");
        Assert.False(SecretFile.IsOpen(path));
        Assert.Equal(["secret", "secret.lock"], Directory.EnumerateFiles(At("new")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Those_who_write_at_the_same_time_lose_nothing()
    {
        string path = At("counter");
        Parallel.For(0, 12, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i => SecretFile.Change("--x", path, 10_000, text => $"{text}{i};"));
        Assert.Equal(Enumerable.Range(0, 12).Order(), File.ReadAllText(path).Split(';', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).Order());
    }

    [Fact]
    public void A_change_that_fails_changes_nothing()
    {
        string path = At("file");
        File.WriteAllText(path, "before");
        Assert.Throws<OptionException>(() => SecretFile.Change("--x", path, 100, _ => throw new OptionException("--x", "no")));
        Assert.Equal("before", File.ReadAllText(path));
        OptionException large = Assert.Throws<OptionException>(() => SecretFile.Change("--x", path, 5, text => text));
        Assert.Contains("has 6 bytes; expected 5 at most", large.Message);
        File.WriteAllBytes(path, [0xFF, 0xFE]);
        Assert.Contains("is not text in UTF-8", Assert.Throws<OptionException>(() => SecretFile.ReadText("--x", path, 100)).Message);
        Assert.Equal("", SecretFile.ReadText("--x", At("none"), 100));
    }

    [Fact]
    public void What_a_link_leads_to_is_changed()
    {
        File.WriteAllText(At("real"), "1");
        File.CreateSymbolicLink(At("link"), "real");
        SecretFile.Change("--x", At("link"), 100, text => text + "2");
        Assert.Equal("12", File.ReadAllText(At("real")));
        Assert.NotNull(File.ResolveLinkTarget(At("link"), returnFinalTarget: false));
    }

    [PrivilegedFact]
    public void What_root_changes_stays_its_owners()
    {
        string path = At("owned");
        File.WriteAllText(path, "1");
        Clients.Harness.Tool.Run("chown", ["12345:12346", path]).Expect();
        File.SetUnixFileMode(path, OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        SecretFile.Change("--x", path, 100, text => text + "2");
        Assert.Equal("12345:12346 640", Clients.Harness.Tool.Run("stat", ["-c", "%u:%g %a", path]).Expect().Output.Trim());
    }

    [Fact]
    public void What_is_followed_is_read_again_after_a_second_and_not_before()
    {
        ManualTime time = new();
        List<string> changed = [], broken = [];
        string path = At("followed");
        File.WriteAllText(path, "one");
        int reads = 0;
        bool forgiven = false;
        FollowedFiles<string> followed = new([path], Read, time, changed.Add, broken.Add);
        Assert.Equal("one", followed.Current);
        File.WriteAllText(path, "second");
        Assert.Equal("one", followed.Current);
        Pass();
        Assert.Equal("second", followed.Current);
        Pass();
        Assert.Equal("second", followed.Current);
        Assert.Equal(2, reads);

        File.WriteAllText(path, "bad");
        Pass();
        Assert.Equal("second", followed.Current);
        Pass();
        Assert.Equal("second", followed.Current);
        Assert.Equal(["--x: it is bad"], broken);

        // Somebody gives the right to read it: the file itself is as before.
        forgiven = true;
        Pass();
        Assert.Equal("bad", followed.Current);
        forgiven = false;

        File.Delete(path);
        Pass();
        Assert.Equal("", followed.Current);
        File.WriteAllText(path, "back");
        Pass();
        Assert.Equal("back", followed.Current);
        Assert.Equal(["second", "bad", "", "back"], changed);

        string Read()
        {
            reads++;
            string text = SecretFile.ReadText("--x", path, 100);
            return text != "bad" || forgiven ? text : throw new OptionException("--x", "it is bad");
        }

        void Pass() => time.Advance(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void What_is_followed_may_be_at_the_end_of_links()
    {
        ManualTime time = new();
        Directory.CreateDirectory(At("archive"));
        File.WriteAllText(At("archive", "1"), "old");
        File.WriteAllText(At("archive", "2"), "new");
        File.CreateSymbolicLink(At("live"), At("archive", "1"));
        FollowedFiles<string> followed = new([At("live")], () => File.ReadAllText(At("live")), time, _ => { }, _ => { });
        File.CreateSymbolicLink(At("next"), At("archive", "2"));
        File.Move(At("next"), At("live"), overwrite: true);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("new", followed.Current);
        File.WriteAllText(At("archive", "2"), "in its place");
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("in its place", followed.Current);
    }

    [Fact]
    public void What_is_put_back_with_the_same_time_and_length_is_seen()
    {
        ManualTime time = new();
        File.WriteAllText(At("old"), "old");
        File.WriteAllText(At("new"), "new");
        File.SetLastWriteTimeUtc(At("new"), File.GetLastWriteTimeUtc(At("old")));
        FollowedFiles<string> followed = new([At("old")], () => File.ReadAllText(At("old")), time, _ => { }, _ => { });
        File.Move(At("new"), At("old"), overwrite: true);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("new", followed.Current);
    }

    [Fact]
    public void What_is_followed_is_read_by_one_at_a_time_until_it_can_be()
    {
        ManualTime time = new();
        List<string> broken = [];
        File.WriteAllText(At("followed"), "one");
        int reads = 0;
        FollowedFiles<string>? followed = null;
        followed = new([At("followed")], Read, time, _ => { }, broken.Add);
        File.WriteAllText(At("followed"), "second");
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("one", followed.Current);
        Assert.Equal((2, "no certificate"), (reads, Assert.Single(broken)));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("second", followed.Current);
        Assert.Equal(3, reads);

        string Read()
        {
            if (++reads != 2) return File.ReadAllText(At("followed"));

            // It takes long, and somebody else asks.
            time.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal("one", followed!.Current);
            throw new System.Security.Cryptography.CryptographicException("no certificate");
        }
    }

    private string At(params string[] parts) => Path.Combine([_directory, .. parts]);

    private sealed class PrivilegedFactAttribute : FactAttribute
    {
        public PrivilegedFactAttribute() => Skip = OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess ? null : "needs root";
    }
}
