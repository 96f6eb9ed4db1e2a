using ZarrFs.Host.Mount;

namespace ZarrFs.Tests.Mount;

public class MountTableTests
{
    [Fact]
    public void Lines_parse_with_and_without_optional_fields()
    {
        const string Text = """
            22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
            36 22 98:0 /mnt1 /mnt2 rw,noatime master:1 propagate_from:2 - ext3 /dev/root rw,errors=continue
            91 22 0:57 / /data/my\040scroll ro,nosuid,nodev shared:40 - fuse.zarrfs a\040source ro,user_id=0

            """;
        IReadOnlyList<MountEntry> entries = MountTable.Parse(Text);
        Assert.Equal(
            [
                new MountEntry(22, 1, "254:0", "/", "ext4", "/dev/vda"),
                new MountEntry(36, 22, "98:0", "/mnt2", "ext3", "/dev/root"),
                new MountEntry(91, 22, "0:57", "/data/my scroll", "fuse.zarrfs", "a source"),
            ],
            entries);
    }

    [Theory]
    [InlineData(@"/a\040b", "/a b")]
    [InlineData(@"/a\011b", "/a\tb")]
    [InlineData(@"/a\012b", "/a\nb")]
    [InlineData(@"/a\134b", @"/a\b")]
    [InlineData(@"/a\134040b", @"/a\040b")]
    [InlineData(@"/a\04", @"/a\04")]
    [InlineData(@"/ä-", "/ä-")]
    public void Octal_escapes_are_undone_once(string written, string path)
    {
        Assert.Equal(path, MountTable.Parse($"9 1 0:5 / {written} rw - tmpfs none rw")[0].Path);
    }

    [Fact]
    public void A_mountpoint_called_dash_is_not_the_separator()
    {
        MountEntry entry = Assert.Single(MountTable.Parse("9 1 0:5 - - rw - tmpfs none rw"));
        Assert.Equal(("-", "tmpfs"), (entry.Path, entry.Type));
    }

    [Theory]
    [InlineData("9 1 0:5 / /a rw tmpfs none rw")]
    [InlineData("9 1 0:5 / /a rw -")]
    [InlineData("9")]
    public void A_line_without_type_and_source_is_an_error(string line)
    {
        Assert.Contains(line, Assert.Throws<FormatException>(() => MountTable.Parse(line)).Message, StringComparison.Ordinal);
    }
}
