using System.Security.Cryptography;
using System.Text;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources.Changes;

/// <summary>
/// The files of a source as they were at some time, to tell later which voxels have changed since. Only of sources whose files' names say
/// where their voxels stand.
/// </summary>
/// <param name="Identity">What else makes the voxels what they are: path, kind, arrangement, shape, type.</param>
/// <param name="Files">In the order of the source.</param>
public sealed record SourceManifest(string Identity, IReadOnlyList<ManifestFile> Files)
{
    // The format: "zfsm", version, identity, number of files, files, SHA-256 of all before. Numbers are little-endian, strings UTF-8 behind their length.
    private const uint Magic = 0x6d73667a;
    private const byte Version = 1;
    private const int LeastFileBytes = 4 + 8 + 8 + (10 * 8);
    private const int CheckBytes = SHA256.HashSizeInBytes;

    /// <summary>The manifest as bytes.</summary>
    public byte[] ToBytes()
    {
        using MemoryStream bytes = new();
        using (BinaryWriter writer = new(bytes, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Magic);
            writer.Write(Version);
            Write(writer, Identity);
            writer.Write(Files.Count);
            foreach (ManifestFile file in Files)
            {
                Write(writer, file.Name);
                writer.Write(file.Size);
                writer.Write(file.Modified);
                VoxelBox b = file.Box;
                foreach (long end in (ReadOnlySpan<long>)[b.FirstT, b.EndT, b.FirstC, b.EndC, b.FirstZ, b.EndZ, b.FirstY, b.EndY, b.FirstX, b.EndX]) writer.Write(end);
            }

            writer.Flush();
            writer.Write(SHA256.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)));
        }

        return bytes.ToArray();
    }

    /// <summary>A manifest from bytes; null if they are none, are damaged, or of another version.</summary>
    public static SourceManifest? Parse(byte[] bytes)
    {
        if (bytes.Length < CheckBytes) return null;
        int length = bytes.Length - CheckBytes;
        if (!SHA256.HashData(bytes.AsSpan(0, length)).AsSpan().SequenceEqual(bytes.AsSpan(length))) return null;
        using BinaryReader reader = new(new MemoryStream(bytes, 0, length), Encoding.UTF8);
        try
        {
            if (reader.ReadUInt32() != Magic || reader.ReadByte() != Version || ReadText(reader) is not { } identity) return null;
            int count = reader.ReadInt32();
            // Before the list is made: there cannot be more than there are bytes for.
            if (count < 0 || count > Left(reader) / LeastFileBytes) return null;
            List<ManifestFile> files = new(count);
            for (int i = 0; i < count; i++)
            {
                if (ReadText(reader) is not { } name) return null;
                files.Add(new ManifestFile(name, reader.ReadInt64(), reader.ReadInt64(), new VoxelBox(
                    reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(),
                    reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64())));
            }

            return Left(reader) == 0 ? new SourceManifest(identity, files) : null;
        }
        catch (EndOfStreamException)
        {
            return null;
        }
    }

    /// <summary>
    /// The voxels that may be others than those of an earlier state of the source; null if the two cannot be compared: another source or
    /// arrangement, or files that have come or gone, which may have moved the others.
    /// </summary>
    public IReadOnlyList<VoxelBox>? ChangedSince(SourceManifest earlier)
    {
        if (Identity != earlier.Identity || Files.Count != earlier.Files.Count) return null;
        List<VoxelBox> changed = [];
        for (int i = 0; i < Files.Count; i++)
        {
            (ManifestFile now, ManifestFile then) = (Files[i], earlier.Files[i]);
            if (now.Name != then.Name || now.Box != then.Box) return null;
            if (now != then) changed.Add(now.Box);
        }

        return VoxelBox.Joined(changed);
    }

    private static void Write(BinaryWriter writer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }

    private static string? ReadText(BinaryReader reader)
    {
        int length = reader.ReadInt32();
        return length < 0 || length > Left(reader) ? null : Encoding.UTF8.GetString(reader.ReadBytes(length));
    }

    private static long Left(BinaryReader reader) => reader.BaseStream.Length - reader.BaseStream.Position;
}
