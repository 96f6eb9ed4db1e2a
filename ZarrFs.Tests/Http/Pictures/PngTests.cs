using ZarrFs.Host.Http.Pictures;
using ZarrFs.Tests.Oracles;

namespace ZarrFs.Tests.Http.Pictures;

/// <summary>Pictures are read by others as they were written.</summary>
public sealed class PngTests
{
    [NumpyFact]
    public void Pillow_reads_the_same_pixels()
    {
        (int Width, int Height, bool IsColor)[] pictures = [(1, 1, false), (1, 1, true), (7, 1, false), (1, 9, true), (257, 33, false), (64, 65, true), (3, 300, true)];
        Random random = new(5);
        byte[][] pixels = [.. pictures.Select(picture =>
        {
            byte[] bytes = new byte[picture.Width * picture.Height * (picture.IsColor ? 3 : 1)];
            random.NextBytes(bytes);
            return bytes;
        })];
        IReadOnlyList<Pillow.Image> read = Pillow.Read([.. pictures.Zip(pixels, (picture, bytes) => Png.Encode(bytes, picture.Width, picture.Height, picture.IsColor))]);
        for (int i = 0; i < pictures.Length; i++)
        {
            Assert.Equal((pictures[i].IsColor ? "RGB" : "L", pictures[i].Width, pictures[i].Height), (read[i].Mode, read[i].Width, read[i].Height));
            Assert.Equal(pixels[i], read[i].Pixels);
        }
    }
}
