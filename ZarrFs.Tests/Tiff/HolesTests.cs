using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Tiff;

namespace ZarrFs.Tests.Tiff;

public sealed class HolesTests : IDisposable
{
    private const int Page = 4096;

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"zarrfs-holes-{Guid.NewGuid():N}");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void What_was_never_written_is_a_hole_and_nothing_else()
    {
        using SafeFileHandle file = Make(length: 1000 * Page, Page * 10, Page * 500);
        Holes holes = Holes.Of(file)!;
        var random = new Random(1);
        for (int i = 0; i < 2000; i++)
        {
            long offset = random.NextInt64(1000 * Page), bytes = random.NextInt64(1, 300 * Page);
            // A file system may keep more than was written, in blocks of its own size; but never less.
            if (holes.Contain(offset, bytes)) Assert.False(Overlaps(offset, bytes, Page * 10) || Overlaps(offset, bytes, Page * 500) || offset + bytes > 1000 * Page);
        }

        Assert.True(holes.Contain(100 * Page, 300 * Page));
        Assert.True(holes.Contain(900 * Page, 100 * Page));
        Assert.False(holes.Contain(900 * Page, (100 * Page) + 1));
        Assert.False(holes.Contain(0, 1000 * Page));
    }

    [Fact]
    public void A_file_without_holes_is_not_asked()
    {
        using SafeFileHandle file = File.OpenHandle(_path, FileMode.CreateNew, FileAccess.ReadWrite);
        RandomAccess.Write(file, new byte[100 * Page], 0);
        RandomAccess.FlushToDisk(file); // what waits to be written has no place on the disk yet
        Assert.Null(Holes.Of(file));
    }

    private SafeFileHandle Make(long length, params long[] written)
    {
        SafeFileHandle file = File.OpenHandle(_path, FileMode.CreateNew, FileAccess.ReadWrite);
        RandomAccess.SetLength(file, length);
        foreach (long offset in written) RandomAccess.Write(file, [.. Enumerable.Repeat((byte)7, Page)], offset);
        return file;
    }

    private static bool Overlaps(long offset, long bytes, long page) => offset < page + Page && offset + bytes > page;
}
