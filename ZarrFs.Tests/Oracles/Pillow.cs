using System.Buffers.Binary;
using System.Text;

namespace ZarrFs.Tests.Oracles;

/// <summary>Pictures as Pillow reads them.</summary>
internal static class Pillow
{
    private const string Describe = """
        import io, struct
        from PIL import Image
        parts, at = [], 0
        while at < len(data):
            (length,) = struct.unpack_from("<i", data, at)
            image = Image.open(io.BytesIO(data[at + 4:at + 4 + length]))
            image.load()
            pixels = image.tobytes()
            parts.append(struct.pack("<4sii", image.mode.encode().ljust(4), image.width, image.height) + pixels)
            at += 4 + length
        result = np.frombuffer(b"".join(parts), np.uint8)
        """;

    /// <summary>Reads PNG files; one run for all of them.</summary>
    public static IReadOnlyList<Image> Read(params IReadOnlyList<byte[]> files)
    {
        using MemoryStream input = new();
        byte[] length = new byte[sizeof(int)];
        foreach (byte[] file in files)
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, file.Length);
            input.Write(length);
            input.Write(file);
        }

        byte[] output = Numpy.Run(Describe, input.ToArray());
        List<Image> images = [];
        for (int at = 0; at < output.Length;)
        {
            string mode = Encoding.ASCII.GetString(output, at, 4).TrimEnd();
            int width = BinaryPrimitives.ReadInt32LittleEndian(output.AsSpan(at + 4)), height = BinaryPrimitives.ReadInt32LittleEndian(output.AsSpan(at + 8));
            int bytes = width * height * (mode == "RGB" ? 3 : 1);
            images.Add(new Image(mode, width, height, output.AsSpan(at + 12, bytes).ToArray()));
            at += 12 + bytes;
        }

        Assert.Equal(files.Count, images.Count);
        return images;
    }

    /// <param name="Mode"><c>L</c> or <c>RGB</c>.</param>
    /// <param name="Width">Pixels.</param>
    /// <param name="Height">Pixels.</param>
    /// <param name="Pixels">Row after row.</param>
    public sealed record Image(string Mode, int Width, int Height, byte[] Pixels);
}
