using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Sources.Changes;

/// <summary>A folder of slices, each of one value, that are rewritten in the ways in which files are.</summary>
internal sealed class SliceFolder : IDisposable
{
    public const int Height = 24;
    public const int Width = 40;

    private readonly TemporaryDirectory _directory = new();
    private readonly bool _inTiles;
    private int _writes;

    /// <param name="slices">How many.</param>
    /// <param name="inTiles">Whether rows have to be gathered from tiles.</param>
    public SliceFolder(int slices, bool inTiles = false)
    {
        _inTiles = inTiles;
        Values = new byte[slices];
        for (int z = 0; z < slices; z++) Rename(z, (byte)(z + 1));
    }

    public string Path => _directory.Path;

    /// <summary>The value that each slice has by now.</summary>
    public byte[] Values { get; }

    public string this[int z] => System.IO.Path.Combine(Path, $"{z:00}.tif");

    /// <summary>All voxels.</summary>
    public byte[] Voxels => [.. Values.SelectMany(static value => Enumerable.Repeat(value, Height * Width))];

    public void Dispose() => _directory.Dispose();

    /// <summary>Puts another file in the slice's place, whole at once.</summary>
    public void Rename(int z, byte value)
    {
        string temporary = System.IO.Path.Combine(Path, ".new");
        File.WriteAllBytes(temporary, Content(value));
        Stamp(temporary);
        File.Move(temporary, this[z], overwrite: true);
        Values[z] = value;
    }

    /// <summary>Writes over the slice where it is, in two halves.</summary>
    public void Overwrite(int z, byte value)
    {
        byte[] content = Content(value);
        using (FileStream file = new(this[z], FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0))
        {
            file.Write(content.AsSpan(0, content.Length / 2));
            Thread.Yield();
            file.Write(content.AsSpan(content.Length / 2));
        }

        Values[z] = value;
    }

    /// <summary>Cuts the slice short.</summary>
    public void Truncate(int z)
    {
        using (FileStream file = new(this[z], FileMode.Open, FileAccess.Write)) file.SetLength(file.Length / 2);
        Stamp(this[z]);
    }

    /// <summary>Gives a file a time that no other has had: within a tick of the clock of the file system two changes would look like one.</summary>
    public void Stamp(string path) => File.SetLastWriteTimeUtc(path, new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(Interlocked.Increment(ref _writes)));

    private byte[] Content(byte value)
    {
        var writer = new TiffWriter { DirectoryFirst = true, RowsPerStrip = _inTiles ? null : 5, Tile = _inTiles ? (16, 16) : null };
        byte[] voxels = new byte[Height * Width];
        voxels.AsSpan().Fill(value);
        return writer.Write(1, Height, Width, DataType.UInt8, voxels);
    }
}
