using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Tiff;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;
using ZarrFs.Tests.Sources;

namespace ZarrFs.Tests.Tiff;

/// <summary>Compressed pages: only what is touched is decoded, what does not decode is a clear error, and nothing is left behind.</summary>
public sealed class DecodingTests
{
    private const int Width = 40, Height = 20, Rows = 6;

    private static readonly byte[] Stored = Samples.Make(Width * Height * 2);

    /// <summary>The page above in strips of 6 rows, the last of 2.</summary>
    private static byte[][] Strips { get; } = [.. Stored.Chunk(Width * 2 * Rows).Select(RawTiff.Deflate)];

    private static RawTiff Striped => new RawTiff().Shape(Width, Height, 16).With(259, 8).With(262, 1).With(278, Rows);

    [Fact]
    public void OnlyTheStripsTouchedAreDecoded()
    {
        Read(Striped.Write(Strips), image =>
        {
            Assert.Equal(Stored, image.Read(0));
            Assert.Equal(4, image.Segments.Decoded);
            Assert.Equal(Part(Width * 2 * 6, Width * 2 * 6), image.Read(0, 0, 6, 0, 6, Width));
            Assert.Equal(5, image.Segments.Decoded);
            image.Read(0, 0, 5, 3, 2, 7);
            Assert.Equal(7, image.Segments.Decoded);
            Assert.Equal(Part(Width * 2 * 19 + 10, 8), image.Read(0, 0, 19, 5, 1, 4));
            Assert.Equal(8, image.Segments.Decoded);
        });
    }

    [Fact]
    public void APlaneOfItsOwnIsDecodedByItself()
    {
        byte[][] planes = [.. Enumerable.Range(0, 3).Select(static seed => Samples.Make(Width * Height, seed))];
        byte[][] segments = [.. planes.SelectMany(static plane => plane.Chunk(Width * Rows).Select(RawTiff.Deflate))];
        byte[] file = new RawTiff().Shape(Width, Height, 8, 3).With(259, 8).With(262, 2).With(278, Rows).With(284, 2).Write(segments);
        Read(file, image =>
        {
            for (int channel = 0; channel < 3; channel++) Assert.Equal(planes[channel], image.Read(0, channel, 0, 0, Height, Width));
            Assert.Equal(12, image.Segments.Decoded);
            image.Read(0, 1, 19, 0, 1, 1);
            Assert.Equal(13, image.Segments.Decoded);
        });
    }

    [Theory]
    [InlineData(16, 16)]
    [InlineData(64, 48)]
    [InlineData(7, 5)]
    public void TilesLargerThanThePageOrOfAnySize(int width, int height)
    {
        List<byte[]> tiles = [];
        for (int y = 0; y < Height; y += height)
        {
            for (int x = 0; x < Width; x += width)
            {
                byte[] tile = Samples.Make(width * height * 2, 99);
                for (int row = y; row < Math.Min(Height, y + height); row++)
                    Stored.AsSpan((row * Width + x) * 2, Math.Min(width, Width - x) * 2).CopyTo(tile.AsSpan((row - y) * width * 2));
                tiles.Add(RawTiff.Deflate(tile));
            }
        }

        RawTiff tiff = new RawTiff().Shape(Width, Height, 16).With(259, 8).With(262, 1).With(322, (uint)width).With(323, (uint)height);
        Read(tiff.Write([.. tiles]), image =>
        {
            Assert.Equal(Stored, image.Read(0));
            Assert.Equal(tiles.Count, image.Segments.Decoded);
            Assert.Equal(Part((15 * Width + 15) * 2, 4), image.Read(0, 0, 15, 15, 1, 2));
        });
    }

    [Fact]
    public void WhatIsNotInASparseFileIsFill()
    {
        byte[] expected = [.. Stored];
        expected.AsSpan(Width * 2 * Rows, Width * 2 * Rows).Clear();
        Read(Striped.Write(Strips[0], null, Strips[2], Strips[3]), image => Assert.Equal(expected, image.Read(0)));
        byte[]?[] plain = [.. Stored.Chunk(Width * 2 * Rows)];
        plain[1] = null;
        Read(Striped.With(259, 1).Write(plain), image => Assert.Equal(expected, image.Read(0)));
        Read(Striped.With(259, 1).With(258, 8).With(277, 2).Write(null, null, null, null), image => Assert.Equal(new byte[Stored.Length], image.Read(0)));
    }

    [Fact]
    public void AnOffsetWithoutBytesOrBytesWithoutAnOffsetAreErrors()
    {
        Fails(Striped.With(279, 0, 10, 10, 10).Write(Strips), "page 0, tag 279 (StripByteCounts): segment 0 of 4: found 0 bytes at byte 8");
        Fails(Striped.With(273, 8, 0, 8, 8).Write(Strips), "page 0, tag 273 (StripOffsets): segment 1 of 4:");
    }

    [Fact]
    public void ASingleCompressedStripNeedsNoLength()
    {
        byte[] whole = RawTiff.Deflate(Stored);
        // 0 is what some wrote who did not count; without the tag the strip ends with the file.
        Read(Striped.With(278, Height).With(279, 0).Write(whole), image => Assert.Equal(Stored, image.Read(0)));
        byte[] file = Striped.With(278, Height).With(279, 0).Write(whole);
        int tag = file.AsSpan().IndexOf((byte[])[0x17, 0x01, 3, 0]);
        file[tag + 1] = 0x77; // a tag nobody knows
        Read(file, image => Assert.Equal(Stored, image.Read(0)));
        byte[] several = Striped.Write(Strips);
        several[several.AsSpan().IndexOf((byte[])[0x17, 0x01, 4, 0]) + 1] = 0x77;
        Fails(several, "page 0, tag 279 (StripByteCounts): is missing");
    }

    [Theory]
    [InlineData(5, 4096)]
    [InlineData(8, 1032)]
    [InlineData(32773, 64)]
    [InlineData(50000, 32768)]
    public void MoreSamplesThanTheBytesCanHoldAreRefusedBeforeAnythingIsDecoded(uint compression, int most)
    {
        int height = 40 * most / 1000 + 41;
        byte[] file = new RawTiff().Shape(1000, height, 8).With(259, compression).With(262, 1).Write(new byte[40]);
        Fails(file, $"page 0, tag 279 (StripByteCounts): segment 0 of 1: 40 bytes of {TiffCompression.Name(compression)} cannot hold the {1000 * height} bytes");
    }

    [Fact]
    public void AStripOfMoreThanTwoGibibytesIsRefused()
    {
        byte[] file = new RawTiff().Shape(100_000, 100_000, 8).With(259, 50001).With(262, 1).Write(new byte[40]);
        using TemporaryDirectory directory = new();
        string path = directory.File("page.tif", file);
        UnsupportedException error = Assert.Throws<UnsupportedException>(() => new PageImage(path, Photometric.Apply));
        Assert.Contains("page 0, tag 278: RowsPerStrip 100000: a strip of 10000000000 bytes is not supported", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LibtiffsWordsAreInTheError()
    {
        byte[][] strips = [.. Strips];
        strips[2] = strips[2][..^20];
        Fails(Striped.Write(strips), "page 0, strip 2: libtiff: ZIPDecode: "); // the words differ with the library below it
        strips[2] = [.. Strips[2]];
        strips[2][0] ^= 0xFF;
        Fails(Striped.Write(strips), "page 0, strip 2: libtiff: ZIPDecode: ");
        // 128 times one byte, where 800 are wanted.
        Fails(new RawTiff().Shape(40, 20, 8).With(259, 32773).With(262, 1).Write([0x81, 7, .. Enumerable.Repeat<byte>(0x80, 20)]), "page 0, strip 0: libtiff: PackBitsDecode: Not enough data for scanline 0");
        Fails(new RawTiff().Shape(8, 8, 8).With(259, 7).With(262, 1).Write(new byte[30]), "page 0, strip 0: libtiff: ");
    }

    [Fact]
    public void ABadStripIsFilledOrFailsAndTheOthersAreRead()
    {
        byte[][] strips = [.. Strips];
        strips[1] = new byte[30];
        using TemporaryDirectory directory = new();
        string path = directory.File("page.tif", Striped.Write(strips));
        using ISource filling = SourceOpener.Open(path, new SourceOptions { BadSlices = BadSlicePolicy.Fill });
        using ISource failing = SourceOpener.Open(path, new SourceOptions { BadSlices = BadSlicePolicy.Fail });
        Region good = new(0, 12, 0, 1, 8, Width), bad = new(0, 7, 0, 1, 2, Width);
        Assert.Equal(Part(12 * Width * 2), Samples.Read(failing, good));
        Assert.Equal(Part(12 * Width * 2), Samples.Read(filling, good));
        Assert.Equal(new byte[Width * 4], Samples.Read(filling, bad));
        Assert.Contains("strip 1: libtiff: ZIPDecode", Assert.Single(filling.Problems).Message, StringComparison.Ordinal);
        Assert.Contains("strip 1: libtiff: ZIPDecode", Assert.Throws<TiffFormatException>(() => Samples.Read(failing, bad)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheUnitIsTheStripOrTileThatIsDecoded()
    {
        using TemporaryDirectory directory = new();
        using ISource strips = SourceOpener.Open(directory.File("strips.tif", Striped.Write(Strips)), new SourceOptions());
        Assert.Equal(new ReadUnit(1, Rows, Width, 1, IsDecoded: true), strips.Unit);
        byte[] colors = new RawTiff().Shape(Width, Height, 8, 2).With(262, 1).With(259, 8).Write(RawTiff.Deflate(Stored));
        using ISource interleaved = SourceOpener.Open(directory.File("colors.tif", colors), new SourceOptions());
        Assert.Equal(new ReadUnit(1, Height, Width, 2, IsDecoded: true), interleaved.Unit);
    }

    [Fact]
    public void ManyThreadsDecodeManyLayoutsAndLeaveAFewObjects()
    {
        using TemporaryDirectory directory = new();
        string[] paths = [.. Enumerable.Range(1, 12).Select(rows =>
        {
            byte[][] strips = [.. Stored.Chunk(Width * 2 * rows).Select(RawTiff.Deflate)];
            return directory.File($"{rows}.tif", Striped.With(278, (uint)rows).Write(strips));
        })];
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            using PageImage image = new(paths[i % paths.Length], Photometric.Apply);
            Assert.Equal(Stored, image.Read(0));
            Assert.Equal(Part(9 * Width * 2, Width * 2), image.Read(0, 0, 9, 0, 1, Width));
        });
        // Those kept for later, and what other tests use just now.
        Assert.InRange(LibTiffHandle.Open, 1, SegmentDecoder.MostIdle + 16);
        string bad = directory.File("bad.tif", Striped.Write(new byte[30], new byte[30], new byte[30], new byte[30]));
        for (int i = 0; i < 100; i++)
        {
            using PageImage image = new(bad, Photometric.Apply);
            Assert.Throws<TiffFormatException>(() => image.Read(0));
            Assert.Equal(0, image.BuffersHeld());
        }

        Assert.InRange(LibTiffHandle.Open, 0, SegmentDecoder.MostIdle + 16);
    }

    [Fact]
    public void PagesThatAllNameTheSameBytesAsTheirTablesDoNotFillTheMemory()
    {
        // 1000 directories of 170 bytes whose strips' offsets all begin somewhere else in the same 8 MB.
        const int pages = 1000, segments = 1_000_000;
        byte[] file = new byte[8 << 20];
        "II*\0"u8.CopyTo(file);
        int at = 16;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(4), 16);
        for (int page = 0; page < pages; page++)
        {
            (int Tag, int Type, int Count, int Value)[] entries =
            [
                (256, 4, 1, 1), (257, 4, 1, segments), (258, 3, 1, 8), (259, 3, 1, 8), (262, 3, 1, 1),
                (273, 4, segments, (1 << 20) + 4 * page), (278, 3, 1, 1), (279, 4, segments, (1 << 20) + 4 * page),
            ];
            file[at] = (byte)entries.Length;
            at += 2;
            foreach ((int tag, int type, int count, int value) in entries)
            {
                int[] words = [tag | type << 16, count, value];
                System.Runtime.InteropServices.MemoryMarshal.AsBytes(words.AsSpan()).CopyTo(file.AsSpan(at));
                at += 12;
            }

            System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), page == pages - 1 ? 0 : at + 4);
            at += 4;
        }

        using TemporaryDirectory directory = new();
        string path = directory.File("tables.tif", file);
        TiffFormatException error = Assert.Throws<TiffFormatException>(() => new PageImage(path, Photometric.Apply));
        Assert.Contains("tag 273 (StripOffsets)", error.Message, StringComparison.Ordinal);
    }

    private static byte[] Part(int start, int? length = null) => Stored.AsSpan(start, length ?? Stored.Length - start).ToArray();

    private static void Read(byte[] file, Action<PageImage> look)
    {
        using TemporaryDirectory directory = new();
        using PageImage image = new(directory.File("page.tif", file), Photometric.Apply);
        look(image);
        Assert.Equal(0, image.BuffersHeld());
    }

    private static void Fails(byte[] file, string expected)
    {
        using TemporaryDirectory directory = new();
        string path = directory.File("page.tif", file);
        TiffFormatException error = Assert.Throws<TiffFormatException>(() =>
        {
            using PageImage image = new(path, Photometric.Apply);
            _ = image.Read(0);
        });
        Assert.Equal(path, error.Path);
        Assert.Contains(expected, error.Detail, StringComparison.Ordinal);
    }
}
