using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;
using ZarrFs.Host.Mount;

namespace ZarrFs.Tests.Mount;

public sealed class MountPointTests : IDisposable
{
    private const int Detach = 2;

    private readonly string _directory = TemporaryDirectory.Create();

    public void Dispose()
    {
        while (MountTable.TopmostAt(_directory) is not null) Assert.Equal(0, Posix.Unmount(_directory, Detach));
        Directory.Delete(_directory, recursive: true);
    }

    [FuseFact]
    public void A_missing_mountpoint_is_refused()
    {
        AssertRefused(Path.Combine(_directory, "missing"), "does not exist", "mkdir -p");
    }

    [FuseFact]
    public void A_file_is_refused()
    {
        string file = Path.Combine(_directory, "file");
        File.WriteAllText(file, "");
        AssertRefused(file, "is a file");
        AssertRefused(Path.Combine(file, "below"), "is a file");
    }

    [FuseFact]
    public void A_directory_that_is_not_empty_is_refused()
    {
        File.WriteAllText(Path.Combine(_directory, "thing"), "");
        AssertRefused(_directory, "not empty", "thing");
    }

    [FuseFact]
    public void A_living_mount_is_refused_and_named()
    {
        using var mounted = new MountedTree();
        AssertRefused(mounted.Root, "a fake tree", $"kill {Environment.ProcessId}");
        AssertRefused(mounted.Root + "/../" + Path.GetFileName(mounted.Root) + "/", "a fake tree");
        Assert.Equal(mounted.Tree.NoteText, File.ReadAllBytes(mounted.At("note.json")));
    }

    [FuseFact(NeedsRoot = true)]
    public void A_mount_of_one_who_was_killed_and_cannot_end_is_cut_and_taken_away()
    {
        using Process child = Process.Start(new ProcessStartInfo("dotnet", [typeof(MountChild).Assembly.Location, MountChild.Command, _directory])
        {
            UseShellExecute = false, RedirectStandardOutput = true,
        })!;
        try
        {
            Assert.Equal("ready", child.StandardOutput.ReadLine());
            AssertRefused(_directory, "a fake tree", $"kill {child.Id}");
            child.Kill();
            Eventually.True(() => new MountHolder(child.Id, "", "").State == 'Z', "it is killed");
            Assert.False(child.WaitForExit(100)); // the kernel waits for its thread, that one for the connection, and that for the process
            using (var mounted = new MountedTree(directory: _directory))
            {
                Assert.True(child.WaitForExit(TimeSpan.FromSeconds(120)));
                Assert.Equal(mounted.Tree.NoteText, File.ReadAllBytes(mounted.At("note.json")));
            }
        }
        finally
        {
            child.Kill();
            if (!child.HasExited && MountTable.TopmostAt(_directory) is { } left) Connections.Cut(left);
        }

        Directory.CreateDirectory(_directory); // the mounted tree has taken it away
    }

    [FuseFact]
    public void A_symbolic_link_leads_to_the_same_lock()
    {
        using var mounted = new MountedTree();
        string link = Path.Combine(_directory, "link");
        File.CreateSymbolicLink(link, mounted.Root);
        AssertRefused(link, "a fake tree");
    }

    [FuseFact(NeedsRoot = true)]
    public void A_foreign_mount_is_refused_and_left_alone()
    {
        Assert.Equal(0, Posix.Mount("something", _directory, "tmpfs", 0, ""));
        AssertRefused(_directory, "tmpfs", "something");
        Assert.Equal("tmpfs", MountTable.TopmostAt(_directory)!.Type);
    }

    [FuseFact]
    public void A_dead_mount_is_removed()
    {
        MountPoint dead = MountPoint.Mount(new MountOptions { MountPoint = _directory }, IMounter.ForThisUser, NullLogger.Instance);
        dead.Connection.Dispose();
        dead.Dispose();
        Assert.True(MountPointCheck.IsDead(_directory));

        MountPoint next = MountPoint.Mount(new MountOptions { MountPoint = _directory }, IMounter.ForThisUser, NullLogger.Instance);
        Assert.Single(MountTable.Read(), entry => entry.Path == _directory);
        next.Connection.Dispose();
        Assert.Equal(UnmountOutcome.Unmounted, next.Unmount());
        Assert.Equal(UnmountOutcome.AlreadyGone, next.Unmount());
        next.Dispose();
    }

    [FuseFact]
    public void Dead_mounts_on_dead_mounts_are_all_removed()
    {
        var options = new MountOptions { MountPoint = _directory };
        var mounter = IMounter.ForThisUser;
        SafeFileHandle[] connections = Environment.IsPrivilegedProcess
            ? [mounter.Mount(_directory, options), mounter.Mount(_directory, options), mounter.Mount(_directory, options)]
            : [mounter.Mount(_directory, options)];
        foreach (SafeFileHandle connection in connections) connection.Dispose();
        Assert.Equal(connections.Length, MountTable.Read().Count(entry => entry.Path == _directory));

        MountPoint next = MountPoint.Mount(options, mounter, NullLogger.Instance);
        Assert.Single(MountTable.Read(), entry => entry.Path == _directory);
        next.Connection.Dispose();
        next.Unmount();
        next.Dispose();
    }

    [FuseFact]
    public void A_mount_in_use_goes_out_of_sight_and_serves_what_is_open()
    {
        using var mounted = new MountedTree();
        using (FileStream open = File.OpenRead(mounted.At("chunks/1")))
        {
            Assert.Equal(UnmountOutcome.Detached, mounted.Unmount());
            Assert.Empty(Directory.GetFileSystemEntries(mounted.Root));
            Assert.False(mounted.Completion.IsCompleted);
            byte[] bytes = new byte[mounted.Tree.ChunkSize];
            open.ReadExactly(bytes);
            Assert.Equal(mounted.ChunkReader.Expected(1), bytes);
        }

        Assert.True(mounted.Completion.Wait(TimeSpan.FromSeconds(120)), "the last file is closed, yet the session goes on");
    }

    [FuseFact]
    public void An_unmount_from_outside_ends_the_session()
    {
        using var mounted = new MountedTree();
        Assert.True(IMounter.ForThisUser.TryUnmount(mounted.Root, lazy: false, out _));
        Assert.True(mounted.Completion.Wait(TimeSpan.FromSeconds(120)));
        Assert.Equal(UnmountOutcome.AlreadyGone, mounted.Unmount());
    }

    [FuseFact(NeedsRoot = true)]
    public void What_is_mounted_over_ours_is_not_unmounted_in_its_place()
    {
        using var mounted = new MountedTree();
        Assert.Equal(0, Posix.Mount("cover", mounted.Root, "tmpfs", 0, ""));
        try
        {
            Assert.Contains("tmpfs", Assert.Throws<MountException>(() => mounted.Unmount()).Message, StringComparison.Ordinal);
            Assert.Equal("tmpfs", MountTable.TopmostAt(mounted.Root)!.Type);
        }
        finally
        {
            Assert.Equal(0, Posix.Unmount(mounted.Root, 0));
        }
    }

    [FuseFact(NeedsFusermount = true)]
    public void Mounting_through_fusermount_works_like_mounting_by_system_call()
    {
        using var mounted = new MountedTree(mounter: new FusermountMounter());
        MountEntry entry = MountTable.TopmostAt(mounted.Root)!;
        Assert.Equal((MountTable.OwnType, "zarrfs"), (entry.Type, entry.Source));
        Assert.Equal(mounted.ChunkReader.Expected(2), File.ReadAllBytes(mounted.At("chunks/2")));
        Assert.Equal(Errno.EROFS, Posix.Errno(() => Posix.Unlink(mounted.At("note.json"))));
        using (File.OpenRead(mounted.At("note.json"))) Assert.Equal(UnmountOutcome.Detached, mounted.Unmount());
    }

    [FuseFact(NeedsFusermount = true)]
    public void What_fusermount_complains_about_is_passed_on()
    {
        string missing = Path.Combine(_directory, "missing");
        var mounter = new FusermountMounter();
        Assert.Contains("missing", Assert.Throws<MountException>(() => mounter.Mount(missing, new MountOptions { MountPoint = missing })).Message, StringComparison.Ordinal);
        Assert.False(mounter.TryUnmount(_directory, lazy: true, out string problem));
        Assert.Contains("fusermount", problem, StringComparison.Ordinal);
    }

    private static void AssertRefused(string path, params string[] expected)
    {
        MountException refusal = Assert.Throws<MountException>(
            () => MountPoint.Mount(new MountOptions { MountPoint = path }, IMounter.ForThisUser, NullLogger.Instance));
        foreach (string text in expected) Assert.Contains(text, refusal.Message, StringComparison.Ordinal);
    }
}
