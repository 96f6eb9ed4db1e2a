using System.Security.Cryptography;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Sources.Changes;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Sources.Changes;

/// <summary>What a source was in an earlier run, and what has changed since.</summary>
public sealed class ManifestTests : IDisposable
{
    private readonly SliceFolder _folder = new(9);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_is_what_it_was_when_written_and_read()
    {
        SourceManifest manifest = Take()!;
        Assert.Equal(9, manifest.Files.Count);
        Assert.Equal(("03.tif", VoxelBox.Planes(3, 4)), (manifest.Files[3].Name, manifest.Files[3].Box));
        SourceManifest read = SourceManifest.Parse(manifest.ToBytes())!;
        Assert.Equal(manifest.Identity, read.Identity);
        Assert.Equal(manifest.Files, read.Files);
        Assert.Empty(Take()!.ChangedSince(read)!);
    }

    [Fact]
    public void Changed_slices_are_found_between_runs()
    {
        SourceManifest before = Take()!;
        _folder.Rename(2, 90);
        _folder.Rename(3, 91);
        _folder.Stamp(_folder[7]);
        Assert.Equal([VoxelBox.Planes(2, 4), VoxelBox.Planes(7, 8)], Take()!.ChangedSince(before));
    }

    [Fact]
    public void What_cannot_be_compared_is_not()
    {
        SourceManifest before = Take()!;
        Assert.Null(Take()!.ChangedSince(before with { Identity = before.Identity + " of another type" }));
        File.Move(_folder[4], Path.Combine(_folder.Path, "04.tiff"));
        Assert.Null(Take()!.ChangedSince(before));
        File.Move(Path.Combine(_folder.Path, "04.tiff"), _folder[4]);
        Assert.NotNull(Take()!.ChangedSince(before));
        File.Delete(_folder[4]);
        Assert.Null(Take()!.ChangedSince(before));
        File.Copy(_folder[5], _folder[4]);
        File.Copy(_folder[5], Path.Combine(_folder.Path, "09.tif"));
        Assert.Null(Take()!.ChangedSince(before));
    }

    [Fact]
    public void A_single_file_has_none()
    {
        using ISource file = SourceOpener.Open(_folder[3], new SourceOptions());
        Assert.Null(file.Manifest());
    }

    [Fact]
    public void Damaged_bytes_are_no_manifest_and_take_no_memory()
    {
        byte[] good = Take()!.ToBytes();
        for (int length = 0; length < good.Length; length += 7) Assert.Null(SourceManifest.Parse(good[..length]));
        for (int i = 0; i < good.Length; i++)
        {
            byte[] bad = [.. good];
            bad[i] ^= 0x40;
            Assert.Null(SourceManifest.Parse(bad));
        }

        // With the right checksum, as from another program: numbers of two thousand million.
        for (int i = 4; i + 36 < good.Length; i += 3)
        {
            byte[] bad = [.. good];
            BitConverter.TryWriteBytes(bad.AsSpan(i), int.MaxValue);
            SHA256.HashData(bad.AsSpan(0, bad.Length - 32)).CopyTo(bad.AsSpan(bad.Length - 32));
            long before = GC.GetAllocatedBytesForCurrentThread();
            _ = SourceManifest.Parse(bad);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }
    }

    private SourceManifest? Take()
    {
        using ISource source = SourceOpener.Open(_folder.Path, new SourceOptions());
        return source.Manifest();
    }
}
