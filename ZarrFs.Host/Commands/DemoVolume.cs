using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Host.Commands;

/// <summary>A rolled sheet in a cylinder, a little wavy and noisy: what a scroll looks like in a micro-CT.</summary>
/// <param name="directory">Where its slices are or will be.</param>
/// <param name="shape">Its size.</param>
internal sealed class DemoVolume(string directory, VolumeShape shape)
{
    // Written last, so that its presence says that the demo is whole.
    private const string MetaFile = "meta.json";
    private const string Unfinished = ".part";

    private const int HeaderBytes = 8 + 2 + (10 * 12) + 4;

    private readonly byte[] _meta = Encoding.UTF8.GetBytes(
        $$"""{"type":"vol","name":"demo","uuid":"demo","width":{{shape.X}},"height":{{shape.Y}},"slices":{{shape.Z}},"voxelsize":7.91,"min":0.0,"max":65535.0}""" + "\n");

    /// <summary>True when all of it is there.</summary>
    public bool IsWhole => IsSame(Path.Combine(directory, MetaFile), _meta);

    /// <summary>
    /// A file of the directory that is not of the demo, or null. Real slices have the names of the demo's, so what is in them is looked at: they must
    /// never be written over.
    /// </summary>
    public string? Stranger()
    {
        if (!Directory.Exists(directory)) return File.Exists(directory) ? directory : null;
        Dictionary<string, int> slices = Enumerable.Range(0, (int)shape.Z).ToDictionary(NameOf, StringComparer.Ordinal);
        return Directory.EnumerateFileSystemEntries(directory).Order(StringComparer.Ordinal).AsParallel().AsOrdered().FirstOrDefault(entry =>
        {
            string name = Path.GetFileName(entry);
            if (name.EndsWith(Unfinished, StringComparison.Ordinal)) return !slices.ContainsKey(name[..^Unfinished.Length]);
            return !slices.TryGetValue(name, out int z) || !IsSame(entry, Slice(z));
        });
    }

    /// <summary>Writes one file a slice (<c>00000.tif</c> …), those that are not there yet, and a volpkg's <c>meta.json</c>.</summary>
    public void Write()
    {
        Directory.CreateDirectory(directory);
        Parallel.For(0, (int)shape.Z, z =>
        {
            string path = Path.Combine(directory, NameOf(z));
            if (File.Exists(path)) return;
            File.WriteAllBytes(path + Unfinished, Slice(z));
            File.Move(path + Unfinished, path);
        });
        File.WriteAllBytes(Path.Combine(directory, MetaFile), _meta);
    }

    private static string NameOf(int z) => $"{z:00000}.tif";

    private static bool IsSame(string path, byte[] bytes) => new FileInfo(path) is { Exists: true } file && file.Length == bytes.Length && File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes);

    private byte[] Slice(int z)
    {
        byte[] file = new byte[HeaderBytes + (shape.Y * shape.X * sizeof(ushort))];
        WriteHeader(file, (int)shape.X, (int)shape.Y);
        Fill(MemoryMarshal.Cast<byte, ushort>(file.AsSpan(HeaderBytes)), shape, z);
        return file;
    }

    private static void Fill(Span<ushort> slice, in VolumeShape shape, int z)
    {
        const double Period = 13;
        var noise = new Random(z);
        double radius = 0.46 * Math.Min(shape.X, shape.Y);
        for (int y = 0; y < shape.Y; y++)
        {
            for (int x = 0; x < shape.X; x++)
            {
                double dx = x - (shape.X / 2.0), dy = y - (shape.Y / 2.0);
                double r = Math.Sqrt((dx * dx) + (dy * dy));
                double wobble = (5 * Math.Sin((dx * 0.029) + (z * 0.043))) + (4 * Math.Sin((dy * 0.037) - (z * 0.031)));
                double sheet = 0.5 + (0.5 * Math.Cos(((r + wobble) * 2 * Math.PI / Period) - Math.Atan2(dy, dx)));
                bool inside = r + (2 * wobble) < radius;
                double value = inside ? 17000 + (24000 * sheet * sheet) : 13500;
                slice[(int)((y * shape.X) + x)] = (ushort)Math.Clamp(value + (3000 * (noise.NextDouble() - 0.5)), 1, ushort.MaxValue);
            }
        }
    }

    /// <summary>The smallest honest TIFF: little-endian, one uncompressed strip (TIFF 6.0, sections 2 and 8).</summary>
    private static void WriteHeader(Span<byte> file, int width, int height)
    {
        const ushort Short = 3, Long = 4;
        "II"u8.CopyTo(file);
        BinaryPrimitives.WriteUInt16LittleEndian(file[2..], 42);
        BinaryPrimitives.WriteUInt32LittleEndian(file[4..], 8);
        (ushort Tag, ushort Type, uint Value)[] entries =
        [
            (256, Long, (uint)width), (257, Long, (uint)height), (258, Short, 16), (259, Short, 1), (262, Short, 1),
            (273, Long, HeaderBytes), (277, Short, 1), (278, Long, (uint)height), (279, Long, (uint)(width * height * sizeof(ushort))), (339, Short, 1),
        ];
        BinaryPrimitives.WriteUInt16LittleEndian(file[8..], (ushort)entries.Length);
        for (int i = 0; i < entries.Length; i++)
        {
            Span<byte> entry = file[(10 + (12 * i))..];
            BinaryPrimitives.WriteUInt16LittleEndian(entry, entries[i].Tag);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], entries[i].Type);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], 1);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], entries[i].Value);
        }
    }
}
