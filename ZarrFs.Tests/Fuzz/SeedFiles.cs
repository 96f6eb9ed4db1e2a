using System.Buffers.Binary;
using System.Text;

namespace ZarrFs.Tests.Fuzz;

/// <summary>Small valid files of every kind that is read, made in code: what the mutations start from.</summary>
internal static class SeedFiles
{
    private const int Width = 20;
    private const int Height = 13;

    /// <summary>All of them by name.</summary>
    public static IReadOnlyDictionary<string, byte[]> All { get; } = Make();

    private static Dictionary<string, byte[]> Make()
    {
        byte[] grey8 = Ramp(Width * Height);
        byte[] grey16 = Ramp(Width * Height * 2);
        byte[] rgb = Ramp(Width * Height * 3);
        byte[] swapped = Swap(grey16);
        byte[] differences = Encoders.Differences(grey16, Width * 2, 2);
        byte[] tile8 = Ramp(256);
        byte[] tile16 = Ramp(512);
        return new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["strips"] = new SketchedTiff(Strips(grey16, 16), Strips(grey16, 16), Strips(grey16, 16)).ToArray(),
            ["strips-be"] = new SketchedTiff(Strips(swapped, 16), Strips(swapped, 16)) { BigEndian = true }.ToArray(),
            ["bigtiff"] = new SketchedTiff(Grey(16).Store(grey16), Grey(16).Store(grey16)) { BigTiff = true }.ToArray(),
            ["tiles"] = new SketchedTiff(Tiles(16, 1, tile16), Tiles(16, 1, tile16)).ToArray(),
            ["float"] = new SketchedTiff(Grey(32).Tag(339, 3, 3).Store(Ramp(Width * Height * 4))).ToArray(),
            ["half"] = new SketchedTiff(Grey(16).Tag(339, 3, 3).Store(grey16)).ToArray(),
            ["no-counts"] = new SketchedTiff(Grey(16).Store(grey16).Leave(279)).ToArray(),
            ["packbits"] = new SketchedTiff(Grey(8, 32773).Store(Encoders.PackBits(grey8)), Grey(8, 32773).Store(Encoders.PackBits(grey8))).ToArray(),
            ["deflate-2"] = new SketchedTiff(Grey(16, 8).Tag(317, 3, 2).Store(Encoders.Deflate(differences))).ToArray(),
            ["deflate-3"] = new SketchedTiff(Grey(32, 8).Tag(339, 3, 3).Tag(317, 3, 3).Store(Encoders.Deflate(Ramp(Width * Height * 4)))).ToArray(),
            ["deflate-old"] = new SketchedTiff(Grey(8, 32946).Store(Encoders.Deflate(grey8))) { BigTiff = true, BigEndian = true }.ToArray(),
            ["lzw-2"] = new SketchedTiff(
                Grey(16, 5).Tag(317, 3, 2).Store(Encoders.Lzw(differences)), Grey(16, 5).Tag(317, 3, 2).Store(Encoders.Lzw(differences))).ToArray(),
            ["lzw-tiles"] = new SketchedTiff(Tiles(8, 5, Encoders.Lzw(tile8))).ToArray(),
            ["zstd"] = new SketchedTiff(Grey(16, 50000).Store(Encoders.Zstd(grey16))).ToArray(),
            ["rgb"] = new SketchedTiff(Colour().Tag(259, 3, 8).Store(Encoders.Deflate(rgb)), Colour().Tag(259, 3, 8).Store(Encoders.Deflate(rgb))).ToArray(),
            ["rgb-planar"] = new SketchedTiff(Colour().Tag(259, 3, 5).Tag(284, 3, 2).Store(Encoders.Lzw(grey8), Encoders.Lzw(grey8), Encoders.Lzw(grey8))).ToArray(),
            ["palette"] = new SketchedTiff(Grey(8).Tag(262, 3, 3).Tag(320, 3, [.. Enumerable.Range(0, 768).Select(i => (ulong)i * 80)]).Store(grey8)).ToArray(),
            ["bilevel"] = new SketchedTiff(Grey(1).Tag(262, 3, 0).Tag(266, 3, 2).Store(Ramp(3 * Height))).ToArray(),
            ["bits12"] = new SketchedTiff(Grey(12).Store(Ramp(Width * 12 / 8 * Height))).ToArray(),
            ["bits4-deflate"] = new SketchedTiff(Grey(4, 8).Store(Encoders.Deflate(Ramp(Width / 2 * Height)))).ToArray(),
            ["imagej"] = new SketchedTiff([.. Enumerable.Range(0, 6).Select(i => ImageJ(Grey(8).Store(grey8), i == 0))]) { BigEndian = true }.ToArray(),
            ["imagej-one"] = new SketchedTiff(ImageJ(Grey(8).Store([.. grey8, .. Ramp(5 * grey8.Length)]), true).Tag(279, 4, (ulong)grey8.Length)).ToArray(),
            ["ome"] = new SketchedTiff([.. Enumerable.Range(0, 4).Select(i => i == 0 ? Grey(8).Text(270, Ome("")).Store(grey8) : Grey(8).Store(grey8))]).ToArray(),
            ["ome-planes"] = new SketchedTiff([.. Enumerable.Range(0, 4).Select(i =>
                i == 0 ? Grey(8, 5).Text(270, Ome(Planes())).Store(Encoders.Lzw(grey8)) : Grey(8, 5).Store(Encoders.Lzw(grey8)))]).ToArray(),
            ["subifds"] = new SketchedTiff(
                Grey(8).Store(grey8).Child(SketchedPage.Grey(10, 7, 8).Tag(254, 4, 1).Store(Ramp(70))), Grey(8).Store(grey8)).ToArray(),
            ["mixed"] = new SketchedTiff(
                Grey(8).Store(grey8), SketchedPage.Grey(10, 7, 8).Tag(254, 4, 1).Store(Ramp(70)), Grey(16).Store(grey16), Grey(8).Store(grey8)).ToArray(),
            ["micromanager"] = new SketchedTiff([.. Enumerable.Range(0, 2).Select(i =>
                Grey(16).Text(51123, $$"""{"ChannelIndex":0,"SliceIndex":{{i}},"FrameIndex":0,"PixelSizeUm":0.65,"Width":20}""").Store(grey16))]).ToArray(),
            ["shaped"] = new SketchedTiff(Grey(8).Text(270, """{"shape": [2, 13, 20], "axes": "ZYX"}""").Store([.. grey8, .. grey8]).Tag(279, 4, (ulong)grey8.Length)).ToArray(),
        };
    }

    private static SketchedPage Grey(int bits, int compression = 1) => SketchedPage.Grey(Width, Height, bits, compression);

    private static SketchedPage Colour() => Grey(8).Tag(258, 3, 8, 8, 8).Tag(262, 3, 2).Tag(277, 3, 3);

    private static SketchedPage Strips(byte[] samples, int bits)
    {
        const int Rows = 4;
        SketchedPage page = Grey(bits).Tag(278, 3, Rows);
        int bytes = Rows * Width * bits / 8;
        for (int at = 0; at < samples.Length; at += bytes) page.Store(samples[at..Math.Min(samples.Length, at + bytes)]);
        return page;
    }

    private static SketchedPage Tiles(int bits, int compression, byte[] tile) =>
        Grey(bits, compression).Tag(322, 3, 16).Tag(323, 3, 16).Store(tile, tile);

    private static SketchedPage ImageJ(SketchedPage page, bool first)
    {
        if (!first) return page;
        byte[] header = [.. "IJIJ"u8, .. "rang"u8, 0, 0, 0, 1, .. "luts"u8, 0, 0, 0, 1, .. "labl"u8, 0, 0, 0, 1];
        byte[] ranges = new byte[32];
        BinaryPrimitives.WriteDoubleBigEndian(ranges.AsSpan(8), 200);
        BinaryPrimitives.WriteDoubleBigEndian(ranges.AsSpan(24), 100);
        byte[] label = Encoding.BigEndianUnicode.GetBytes("one");
        return page
            .Text(270, "ImageJ=1.53t\nimages=6\nchannels=2\nslices=3\nhyperstack=true\nmode=composite\nunit=\\u00B5m\nspacing=2.5\nfinterval=0.5\nmin=0.0\nmax=255.0\n")
            .Tag(282, 5, 4, 2).Tag(283, 5, 4, 2).Tag(296, 3, 1)
            .Tag(50838, 4, (ulong)header.Length, 32, 768, (ulong)label.Length)
            .Bytes(50839, 1, [.. header, .. ranges, .. Ramp(768), .. label]);
    }

    private static string Ome(string planes) => $"""
        <?xml version="1.0" encoding="UTF-8"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0" Name="a">
        <Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint8" SizeX="20" SizeY="13" SizeZ="2" SizeC="2" SizeT="1" PhysicalSizeX="0.5" PhysicalSizeXUnit="µm" PhysicalSizeZ="2">
        <Channel ID="Channel:0:0" Name="red" Color="-16776961" SamplesPerPixel="1"/><Channel ID="Channel:0:1" SamplesPerPixel="1"/>{(planes.Length == 0 ? "<TiffData/>" : planes)}</Pixels></Image></OME>
        """;

    private static string Planes() => string.Concat(Enumerable.Range(0, 4).Select(i =>
        $"""<TiffData IFD="{i}" FirstZ="{i % 2}" FirstC="{i / 2}" FirstT="0" PlaneCount="1"/>"""));

    /// <summary>Bytes with slopes and runs, so that compressions have something to do.</summary>
    private static byte[] Ramp(int count) => [.. Enumerable.Range(0, count).Select(i => (byte)(i % 23 < 6 ? 7 : i * 5 + i / 41))];

    private static byte[] Swap(byte[] bytes) => [.. bytes.Chunk(2).SelectMany(pair => pair.Reverse())];
}
