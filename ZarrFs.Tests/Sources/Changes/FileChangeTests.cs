using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Sources.Changes;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Sources.Changes;

/// <summary>What a source finds when its files change, and what it reads before and after that is taken in.</summary>
public sealed class FileChangeTests : IDisposable
{
    private const int Slices = 12;

    private readonly SliceFolder _folder = new(Slices);
    private readonly TemporaryDirectory _directory = new();

    public void Dispose()
    {
        _folder.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("rename", true)]
    [InlineData("rename", false)]
    [InlineData("overwrite", true)]
    [InlineData("overwrite", false)]
    [InlineData("touch", true)]
    public void A_changed_slice_is_found_and_read_when_it_is_taken_in(string how, bool isOpen)
    {
        using ISource source = Open();
        if (isOpen) Assert.Equal(_folder.Voxels, Samples.ReadAll(source));
        byte[] before = _folder.Voxels;
        Assert.Same(SourceLook.Nothing, source.Look());
        switch (how)
        {
            case "rename": _folder.Rename(7, 200); break;
            case "overwrite": _folder.Overwrite(7, 200); break;
            default: _folder.Stamp(_folder[7]); break;
        }

        // A file that is open stays what it is when another is renamed into its place; all else is noticed by the reader itself.
        if (how == "rename" && isOpen)
        {
            Assert.Equal(before, Samples.ReadAll(source));
        }
        else
        {
            var failure = Assert.Throws<SourceChangedException>(() => Samples.Read(source, new Region(7, 0, 0, 1, 1, 1)));
            Assert.Equal(_folder[7], failure.Path);
            Assert.StartsWith("changed since it was looked at (it was ", failure.Detail, StringComparison.Ordinal);
        }

        SourceChange change = Assert.Single(source.Look().Changes);
        Assert.Equal((_folder[7], SourceChangeKind.Changed, VoxelBox.Planes(7, 8)), (change.Path, change.Kind, change.Box));
        Assert.Equal(change, Assert.Single(source.Look().Changes));
        source.TakeIn([change]);
        Assert.Equal(_folder.Voxels, Samples.ReadAll(source));
        Assert.Same(SourceLook.Nothing, source.Look());
        Assert.Empty(source.Problems);
        source.TakeIn([change]); // once more, as two who looked would
        Assert.Equal(_folder.Voxels, Samples.ReadAll(source));
    }

    [Theory]
    [InlineData(BadSlicePolicy.Fill)]
    [InlineData(BadSlicePolicy.Fail)]
    public void A_slice_that_became_bad_follows_the_policy_until_it_is_repaired(BadSlicePolicy policy)
    {
        RecordingLogger log = new();
        using ISource source = Open(new SourceOptions { BadSlices = policy, FollowsChanges = true, Logger = log });
        _folder.Truncate(7);
        source.TakeIn(source.Look().Changes);
        for (int i = 0; i < 2; i++)
        {
            if (policy == BadSlicePolicy.Fill) Assert.Equal(new byte[SliceFolder.Width], Samples.Read(source, new Region(7, 3, 0, 1, 1, SliceFolder.Width)));
            else Assert.Throws<TiffFormatException>(() => Samples.Read(source, new Region(7, 3, 0, 1, 1, SliceFolder.Width)));
        }

        Assert.Equal((7L, 1L), (Assert.Single(source.Problems).Z, source.Problems[0].Depth));
        Assert.Single(log.Messages);
        _folder.Rename(7, 33);
        source.TakeIn(source.Look().Changes);
        Assert.Empty(source.Problems);
        Assert.Equal(_folder.Voxels, Samples.ReadAll(source));

        _folder.Truncate(7);
        source.TakeIn(source.Look().Changes);
        if (policy == BadSlicePolicy.Fill) Samples.ReadAll(source);
        else Assert.Throws<TiffFormatException>(() => Samples.ReadAll(source));
        Assert.Single(source.Problems);
        Assert.Equal(2, log.Messages.Count);
    }

    [Fact]
    public void A_slice_that_is_gone_is_an_error_until_it_is_back()
    {
        using ISource source = Open();
        string away = Path.Combine(_directory.Path, "07.tif");
        File.Move(_folder[7], away);
        Assert.Contains("is not there any more", Assert.Throws<SourceChangedException>(() => Samples.ReadAll(source)).Message, StringComparison.Ordinal);
        SourceChange gone = Assert.Single(source.Look().Changes);
        Assert.Equal((SourceChangeKind.Gone, VoxelBox.Planes(7, 8)), (gone.Kind, gone.Box));
        source.TakeIn([gone]);
        Assert.Same(SourceLook.Nothing, source.Look());
        var failure = Assert.Throws<SourceException>(() => Samples.ReadAll(source)); // whatever the policy: a missing disk is no hole
        Assert.Equal(_folder[7], failure.Path);

        File.Move(away, _folder[7]);
        Assert.Throws<SourceChangedException>(() => Samples.ReadAll(source));
        SourceChange back = Assert.Single(source.Look().Changes);
        Assert.Equal(SourceChangeKind.Back, back.Kind);
        source.TakeIn([back]);
        Assert.Equal(_folder.Voxels, Samples.ReadAll(source));
    }

    [Fact]
    public void A_slice_that_was_another_for_a_moment_is_read_anew()
    {
        using ISource source = Open();
        DateTime time = File.GetLastWriteTimeUtc(_folder[7]);
        Assert.Equal(_folder.Voxels, Samples.ReadAll(source));
        _folder.Overwrite(7, 99);
        Assert.Throws<SourceChangedException>(() => Samples.ReadAll(source));
        File.SetLastWriteTimeUtc(_folder[7], time);
        Assert.Equal(SourceChangeKind.Changed, Assert.Single(source.Look().Changes).Kind);
    }

    [Fact]
    public void A_directory_that_is_gone_is_no_change()
    {
        using ISource source = Open();
        string away = _folder.Path + "-away";
        Directory.Move(_folder.Path, away);
        try
        {
            Assert.Throws<SourceException>(() => source.Look());
            Directory.CreateDirectory(_folder.Path); // the empty place where a disk was mounted
            Assert.Contains("none of its 12 files", Assert.Throws<SourceException>(() => source.Look()).Message, StringComparison.Ordinal);
            Directory.Delete(_folder.Path);
        }
        finally
        {
            Directory.Move(away, _folder.Path);
        }

        Assert.Same(SourceLook.Nothing, source.Look());
        Assert.Equal(_folder.Voxels, Samples.ReadAll(source));
    }

    [Fact]
    public void New_slices_are_told_and_not_taken()
    {
        using ISource source = Open();
        File.Copy(_folder[3], Path.Combine(_folder.Path, "12.tif"));
        Assert.Equal("1 new file appeared (12.tif)", source.Look().Left);
        File.Copy(_folder[3], Path.Combine(_folder.Path, "14.tif"));
        SourceLook look = source.Look();
        Assert.Equal("2 new files appeared (12.tif …)", look.Left);
        Assert.Empty(look.Changes);
        Assert.Equal(Slices, source.Shape.Z);
    }

    [Fact]
    public void Files_that_a_pattern_passes_over_are_not_new()
    {
        File.Copy(_folder[3], Path.Combine(_folder.Path, "other.tif"));
        using ISource source = Open(new SourceOptions { FollowsChanges = true, Pattern = "^(?<z>[0-9]+)" });
        Assert.Same(SourceLook.Nothing, source.Look());
    }

    [Fact]
    public void A_changed_cell_is_a_box()
    {
        for (int z = 0; z < 2; z++)
        {
            for (int x = 0; x < 3; x++) WriteCell(z, x, (byte)(1 + (3 * z) + x));
        }

        using ISource source = Open(path: _directory.Path);
        Assert.Equal("cells", source.Kind);
        byte[] before = Samples.ReadAll(source);
        WriteCell(1, 2, 77);
        SourceChange change = Assert.Single(source.Look().Changes);
        Assert.Equal(VoxelBox.All with { FirstZ = 4, EndZ = 8, FirstY = 0, EndY = 6, FirstX = 16, EndX = 24 }, change.Box);
        source.TakeIn([change]);
        byte[] after = Samples.ReadAll(source);
        for (int i = 0; i < before.Length; i++) Assert.Equal(before[i] == 6 ? 77 : before[i], after[i]);
    }

    [Fact]
    public void A_file_of_several_pages_changes_as_a_whole_and_may_lose_pages()
    {
        string path = _directory.File("stack.tif", Pages(5, 10));
        using ISource source = Open(path: path);
        Assert.Equal(5, source.Shape.Z);
        File.WriteAllBytes(path, Pages(5, 60));
        _folder.Stamp(path);
        SourceChange change = Assert.Single(source.Look().Changes);
        Assert.Equal(VoxelBox.Planes(0, 5), change.Box);
        source.TakeIn([change]);
        Assert.Equal(Enumerable.Range(60, 5), Samples.ReadAll(source).Chunk(32).Select(static plane => (int)plane[9]));
        File.WriteAllBytes(path, Pages(3, 90));
        source.TakeIn(source.Look().Changes);
        Assert.Equal(new byte[5 * 32], Samples.ReadAll(source)); // not the stack that it was: bad, by the policy
        Assert.Contains("has 3 pages", Assert.Single(source.Problems).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 3, true)]
    [InlineData(4, 2, true)] // time goes on behind what is known
    [InlineData(2, 4, false)]
    [InlineData(3, 2, false)]
    public void A_hyperstack_saved_anew_is_not_read_where_its_pages_have_other_places(int frames, int slices, bool isRead)
    {
        string path = _directory.File("hyper.tif", Hyperstack(2, isRead ? slices : 3, 10));
        using ISource source = Open(path: path);
        byte[] before = Samples.ReadAll(source);
        File.WriteAllBytes(path, Hyperstack(frames, slices, 100));
        _folder.Stamp(path);
        source.TakeIn(source.Look().Changes);
        byte[] now = Samples.ReadAll(source);
        if (isRead)
        {
            Assert.Equal(before.Select(static value => (byte)(value + 90)), now);
            Assert.Empty(source.Problems);
        }
        else
        {
            Assert.Equal(new byte[before.Length], now);
            Assert.Contains("saved anew with its pages in other places", Assert.Single(source.Problems).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_that_gets_more_pages_at_its_end_keeps_those_that_are_known()
    {
        string path = _directory.File("stack.tif", Pages(5, 10));
        using ISource source = Open(path: path);
        File.WriteAllBytes(path, Pages(7, 60));
        _folder.Stamp(path);
        source.TakeIn(source.Look().Changes);
        Assert.Equal(Enumerable.Range(60, 5), Samples.ReadAll(source).Chunk(32).Select(static plane => (int)plane[9]));
        Assert.Empty(source.Problems);
    }

    [Fact]
    public void A_file_that_is_let_go_is_closed_when_its_reader_is_done()
    {
        using ISource source = Open();
        Samples.ReadAll(source);
        int open = ((TiffSource)source).OpenFiles;
        for (int z = 0; z < Slices; z++) _folder.Rename(z, (byte)(z + 50));
        source.TakeIn(source.Look().Changes);
        Assert.Equal((Slices, 0), (open, ((TiffSource)source).OpenFiles));
        Assert.DoesNotContain(Directory.GetFiles("/proc/self/fd").Select(static fd => new FileInfo(fd).LinkTarget), target => target?.StartsWith(_folder.Path, StringComparison.Ordinal) == true);
        Assert.Equal(_folder.Voxels, Samples.ReadAll(source));
    }

    private ISource Open(SourceOptions? options = null, string? path = null) => SourceOpener.Open(path ?? _folder.Path, options ?? new SourceOptions { FollowsChanges = true });

    private void WriteCell(int z, int x, byte value)
    {
        byte[] voxels = new byte[4 * 6 * 8];
        voxels.AsSpan().Fill(value);
        string path = _directory.File($"cell_yxz_001_{x + 1:000}_{z + 1:000}.tif", new TiffWriter().Write(4, 6, 8, DataType.UInt8, voxels));
        _folder.Stamp(path);
    }

    /// <summary>Planes of t and z, each of one value: <paramref name="first"/> and on.</summary>
    private static byte[] Hyperstack(int frames, int slices, byte first) => Pages(
        frames * slices, first, $"ImageJ=1.53t\nimages={frames * slices}\nframes={frames}\nslices={slices}\nhyperstack=true\n");

    private static byte[] Pages(int pages, byte first, string? description = null) =>
        new TiffWriter { Description = description }.Write(pages, 4, 8, DataType.UInt8, [.. Enumerable.Range(first, pages).SelectMany(static value => Enumerable.Repeat((byte)value, 32))]);
}
