using System.Text;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Mount;

namespace ZarrFs.Tests.Mount;

public class MountedFilesTests
{
    [FuseFact]
    public void Directories_list_what_the_tree_has()
    {
        using var mounted = new MountedTree();
        string[] names = [.. Directory.EnumerateFileSystemEntries(mounted.Root).Select(path => Path.GetFileName(path)!)];
        Assert.Equal(["note.json", "empty.json", "chunks", "many", "sub"], names);
        Assert.Equal(["deep"], Directory.GetDirectories(mounted.At("sub")).Select(Path.GetFileName));
        Assert.Equal([mounted.At("sub/deep/leaf.json")], Directory.GetFiles(mounted.At("sub"), "*", SearchOption.AllDirectories));
    }

    [FuseFact]
    public void A_directory_of_100000_files_lists_each_once_and_in_order()
    {
        using var mounted = new MountedTree();
        string[] expected = [.. Enumerable.Range(0, 100_000).Select(index => $"{index}")];
        Assert.Equal(expected, Directory.EnumerateFiles(mounted.At("many")).Select(Path.GetFileName));
        (int exitCode, string output, _) = Command.Run("find", mounted.At("many"), "-type", "f", "-size", $"{mounted.Tree.ChunkSize}c", "-printf", "%f\n");
        Assert.Equal(0, exitCode);
        Assert.Equal(expected, output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [FuseFact]
    public void Stat_tells_size_type_time_and_inode_without_making_chunks()
    {
        using var mounted = new MountedTree();
        (_, string output, _) = Command.Run("stat", "-c", "%s %F %a %i %h", mounted.At("chunks/5"), mounted.At("note.json"), mounted.At("sub"));
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal($"{mounted.Tree.ChunkSize} regular file 444 {FakeTree.ChunkId(5).Value} 1", lines[0]);
        Assert.Equal($"{mounted.Tree.NoteText.Length} regular file 444 {FakeTree.Note} 1", lines[1]);
        Assert.Equal($"0 directory 555 {FakeTree.Sub} 1", lines[2]);
        Assert.Equal(FakeTree.Modified.UtcDateTime, File.GetLastWriteTimeUtc(mounted.At("chunks/5")));
        Assert.Equal(0, mounted.ChunkReader.Asked);
    }

    [FuseFact]
    public void Documents_and_chunks_read_whole()
    {
        using var mounted = new MountedTree();
        mounted.ChunkReader.Cache(Chunk(mounted, 3));
        Assert.Equal(mounted.Tree.NoteText, File.ReadAllBytes(mounted.At("note.json")));
        Assert.Empty(File.ReadAllBytes(mounted.At("empty.json")));
        Assert.Equal(mounted.ChunkReader.Expected(3), File.ReadAllBytes(mounted.At("chunks/3")));
        Assert.Equal(0, mounted.ChunkReader.Asked);
        Assert.Equal(mounted.ChunkReader.Expected(4), File.ReadAllBytes(mounted.At("chunks/4")));
        Assert.True(mounted.ChunkReader.Asked > 0);
        Eventually.True(() => mounted.ChunkReader.BuffersInUse == 0, "every lease comes back");
    }

    [FuseFact]
    public void Parts_of_a_chunk_read_right_at_any_offset_and_end_at_its_size()
    {
        foreach (bool directIo in (bool[])[false, true])
        {
            using var mounted = new MountedTree(directIo: directIo);
            byte[] expected = mounted.ChunkReader.Expected(0);
            using FileStream file = File.OpenRead(mounted.At("chunks/0"));
            byte[] buffer = new byte[200_000];
            var random = new Random(7);
            for (int i = 0; i < 200; i++)
            {
                int offset = random.Next(expected.Length + 1000);
                int length = random.Next(buffer.Length);
                int got = RandomAccess.Read(file.SafeFileHandle, buffer.AsSpan(0, length), offset);
                int left = Math.Clamp(expected.Length - offset, 0, length);
                Assert.Equal(left, got);
                Assert.True(expected.AsSpan(Math.Min(offset, expected.Length), left).SequenceEqual(buffer.AsSpan(0, got)), $"at {offset}, {length} bytes");
            }

            Assert.Equal(0, RandomAccess.Read(file.SafeFileHandle, buffer, expected.Length));
        }
    }

    [FuseFact]
    public void Names_that_are_not_there_stay_not_there()
    {
        using var mounted = new MountedTree();
        foreach (string name in (string[])["nothing", "chunks/16", "chunks/-1", "chunks/x", "sub/deep/leaf", new string('n', 255)])
        {
            Assert.False(File.Exists(mounted.At(name)), name);
            Assert.False(File.Exists(mounted.At(name)), name);
        }

        Assert.Throws<FileNotFoundException>(() => File.ReadAllBytes(mounted.At("chunks/16")));
    }

    [FuseFact]
    public void Dot_and_dot_dot_lead_where_they_should()
    {
        using var mounted = new MountedTree();
        (_, string output, _) = Command.Run("ls", "-fai", mounted.At("sub/deep"));
        Assert.Equal([$"{FakeTree.Deep} .", $"{FakeTree.Sub} ..", $"{FakeTree.Leaf} leaf.json"], output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(mounted.Tree.NoteText, File.ReadAllBytes(mounted.At("sub/deep/../../note.json")));
    }

    [FuseFact]
    public void Everything_that_writes_is_refused_as_read_only()
    {
        using var mounted = new MountedTree();
        Assert.Equal(Errno.EROFS, Posix.Errno(() => Posix.Open(mounted.At("note.json"), Posix.ReadWrite, 0)));
        Assert.Equal(Errno.EROFS, Posix.Errno(() => Posix.MakeDirectory(mounted.At("new"), 0x1ff)));
        Assert.Equal(Errno.EROFS, Posix.Errno(() => Posix.Unlink(mounted.At("note.json"))));
        Assert.Equal(Errno.EROFS, Posix.Errno(() => Posix.Truncate(mounted.At("note.json"), 0)));
        (int exitCode, _, string error) = Command.Run("touch", mounted.At("new"));
        Assert.Equal(1, exitCode);
        Assert.Contains("Read-only file system", error, StringComparison.Ordinal);
    }

    [FuseFact]
    public void Extended_attributes_tell_the_source_and_a_chunks_level()
    {
        using var mounted = new MountedTree();
        byte[] buffer = new byte[100];
        Assert.Equal((6, 0), Posix.GetXAttr(mounted.At("many/9"), "user.zarrfs.source", buffer));
        Assert.Equal("slices", Encoding.UTF8.GetString(buffer, 0, 6));
        Assert.Equal((1, 0), Posix.GetXAttr(mounted.At("many/9"), "user.zarrfs.level", buffer));
        Assert.Equal((byte)'1', buffer[0]);
        Assert.Equal((6, 0), Posix.GetXAttr(mounted.At("many/9"), "user.zarrfs.source", []));
        Assert.Equal((-1, Errno.ERANGE), Posix.GetXAttr(mounted.At("many/9"), "user.zarrfs.source", new byte[5]));
        Assert.Equal((-1, Errno.ENODATA), Posix.GetXAttr(mounted.At("many/9"), "user.other", buffer));
        Assert.Equal((-1, Errno.ENODATA), Posix.GetXAttr(mounted.At("sub"), "user.zarrfs.level", buffer));

        const string Names = "user.zarrfs.source\0user.zarrfs.level\0";
        Assert.Equal((Names.Length, 0), Posix.ListXAttr(mounted.At("many/9"), []));
        Assert.Equal((Names.Length, 0), Posix.ListXAttr(mounted.At("many/9"), buffer));
        Assert.Equal(Names, Encoding.UTF8.GetString(buffer, 0, Names.Length));
        Assert.Equal((-1, Errno.ERANGE), Posix.ListXAttr(mounted.At("many/9"), new byte[5]));
    }

    [FuseFact]
    public void Statfs_tells_the_size_of_the_volumes()
    {
        using var mounted = new MountedTree();
        (_, string output, _) = Command.Run("stat", "-f", "-c", "%b %S %f %c %l", mounted.Root);
        long blocks = (mounted.Tree.Totals.Bytes + 4095) / 4096;
        Assert.Equal($"{blocks} 4096 0 {mounted.Tree.Totals.Files} {VirtualTree.LongestName}", output.Trim());
    }

    [FuseFact(NeedsRoot = true)]
    public void Root_gets_a_read_ahead_of_1_mib()
    {
        using var mounted = new MountedTree();
        Assert.True(mounted.ReadAheadSet);
        string device = MountTable.TopmostAt(mounted.Root)!.Device;
        Assert.Equal("1024", File.ReadAllText($"/sys/class/bdi/{device}/read_ahead_kb").Trim());
    }

    private static Core.Chunks.ChunkAddress Chunk(MountedTree mounted, int index)
    {
        Assert.True(mounted.Tree.TryGet(FakeTree.ChunkId(index), out Node node));
        return node.Chunk;
    }
}
