using System.Buffers.Binary;
using System.Text;

namespace ZarrFs.Tests.Fuzz;

/// <summary>Files made to do harm: each would cost a careless reader its memory, its time or its life.</summary>
internal static class HostileFiles
{
    private const int Width = 20;
    private const int Height = 13;
    private static readonly byte[] Samples = new byte[Width * Height];

    /// <summary>All of them by name, made when asked for.</summary>
    public static IReadOnlyDictionary<string, Func<byte[]>> All { get; } = new Dictionary<string, Func<byte[]>>(StringComparer.Ordinal)
    {
        // More behind a page than it holds, and pages that hold far more than the file.
        ["deflate of 256 MiB behind 260 samples"] = () => One(Grey(8, 8).Store(Encoders.DeflatedZeros(256 << 20))),
        ["deflate of 256 MiB as one strip"] = () => One(SketchedPage.Grey(16384, 16384, 8, 8).Store(Encoders.DeflatedZeros(256 << 20))),
        ["deflate of 256 MiB as strips of 16 rows"] = () => One(SketchedPage.Grey(16384, 16384, 8, 8).Tag(278, 3, 16).Store([.. Enumerable.Repeat(Encoders.DeflatedZeros(256 << 10), 1024)])),
        ["deflate of 64 bits a sample, 65535 samples a pixel"] = () => One(Grey(64, 8).Tag(277, 3, 65535).Tag(258, 3, [.. Enumerable.Repeat(64ul, 65535)]).Store(Encoders.DeflatedZeros(32 << 20))),
        ["packbits of a strip of 1 GiB"] = () => One(SketchedPage.Grey(32768, 32768, 8, 32773).Store(Encoders.PackBits(new byte[1 << 20]))),
        ["lzw without an end"] = () => One(Grey(8, 5).Store([0x80, .. Enumerable.Repeat((byte)0xFF, 100_000)])),
        ["lzw that refers to itself"] = () => One(Grey(8, 5).Store([0x80, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF])),
        ["6000 directories of 65535 entries that lie over one another"] = () => Overlapping(6000),
        ["tile of 2^31 by 1"] = () => One(Grey(8, 8).Tag(322, 4, 1u << 31).Tag(323, 4, 1).Store(Encoders.Deflate(Samples))),
        ["tile of 2^31-16 by 2^31-16"] = () => One(Grey(16, 8).Tag(322, 4, int.MaxValue - 15).Tag(323, 4, int.MaxValue - 15).Store(Encoders.Deflate(Samples))),
        ["tile of 1 by 2^32-1"] = () => One(Grey(8, 8).Tag(322, 4, 1).Tag(323, 4, uint.MaxValue).Store(Encoders.Deflate(Samples))),
        ["tile of 16384 by 16384 on a small page"] = () => One(Grey(8, 8).Tag(322, 4, 16384).Tag(323, 4, 16384).Store(Encoders.DeflatedZeros(1 << 20))),
        ["2^32-1 by 2^32-1"] = () => One(SketchedPage.Grey(-1, -1, 8, 8).Tag(256, 4, uint.MaxValue).Tag(257, 4, uint.MaxValue).Store(Encoders.Deflate(Samples))),
        ["2^31 wide, one row"] = () => One(SketchedPage.Grey(1 << 30, 1, 8, 8).Tag(256, 4, 1u << 31).Store(Encoders.Deflate(Samples))),
        ["2^32-1 one-row strips"] = () => One(SketchedPage.Grey(1, 1, 8, 8).Tag(257, 4, uint.MaxValue).Tag(278, 3, 1).Store(Encoders.Deflate(Samples))),
        ["2^22 one-row strips, all the same"] = () => One(SketchedPage.Grey(1, 1 << 22, 8).Tag(278, 3, 1).Tag(273, 4, [.. Enumerable.Repeat(8ul, 1 << 22)]).Tag(279, 3, [.. Enumerable.Repeat(1ul, 1 << 22)])),
        ["predictor 3 on bytes"] = () => One(Grey(8, 8).Tag(317, 3, 3).Store(Encoders.Deflate(Samples))),
        ["predictor 2 on 12 bits"] = () => One(Grey(12, 8).Tag(317, 3, 2).Store(Encoders.Deflate(new byte[Width * Height * 2]))),

        // Directories.
        ["a directory that follows itself"] = () => Linked(One(Grey(8).Store(Samples)), 0),
        ["1000 directories in a ring"] = () => Linked(new SketchedTiff([.. Enumerable.Range(0, 1000).Select(_ => Grey(8).Store(Samples))]).ToArray(), 500),
        ["100000 directories of one tag"] = () => Chain(100_000),
        ["a good page before 100000 bad ones"] = () => Chain(100_000, One(Grey(8).Store(Samples))),
        ["65535 times the same tag"] = () => One(Repeated(Grey(8).Store(Samples), 256, 65000)),
        ["width twice"] = () => One(Grey(8).Again(256, 4, 1000).Store(Samples)),
        ["strips twice"] = () => One(Grey(8).Store(Samples).Again(273, 4, 8, 8, 8, 8)),
        ["200 pages that share one table of strips"] = () => Shared(200, 1 << 18),
        ["SubIFDs that are the page itself"] = () => One(Grey(8).Store(Samples).Tag(330, 13, 8, 8, 270, 278, uint.MaxValue)),
        ["a million SubIFDs"] = () => One(Grey(8).Store(Samples).Tag(330, 4, [.. Enumerable.Repeat(8ul, 1 << 20)])),
        ["SubIFDs 2000 deep"] = () => One(Grey(8).Store(Samples).Child(Enumerable.Range(0, 2000).Aggregate(Grey(8).Store(Samples), (page, _) => Grey(8).Store(Samples).Child(page)))),
        ["types that do not exist"] = () => One(Grey(8).Tag(256, 77, 20).Tag(257, 0, 13).Store(Samples)),
        ["a palette of one colour"] = () => One(Grey(8).Tag(262, 3, 3).Tag(320, 3, 1, 2, 3).Store(Samples)),
        ["a palette of 2^30 colours"] = () => One(Grey(32).Tag(262, 3, 3).Tag(320, 3, [.. Enumerable.Repeat(5ul, 3000)]).Store(new byte[Samples.Length * 4])),

        // Descriptions.
        ["a description of 16 MB"] = () => Described(new string('a', 16 << 20)),
        ["ImageJ of 16 MB without an end of line"] = () => Described("ImageJ=1.53\n" + new string('=', 16 << 20)),
        ["ImageJ of a million lines"] = () => Described("ImageJ=1.53\nimages=1\n" + string.Concat(Enumerable.Repeat("slices=1\n", 1_000_000))),
        ["ImageJ of 10^9 images"] = () => Described("ImageJ=1.53\nimages=1000000000\nslices=1000000000\n"),
        ["ImageJ of a million planes behind one directory, three of them there"] = () => Described("ImageJ=1.53\nimages=1000000\nslices=1000000\n", page => page.Store(new byte[3 * Samples.Length]).Tag(279, 4, (ulong)Samples.Length).Tag(273, 4, 8)),
        ["ImageJ of 2^31 x 2^31 x 2^31"] = () => Described("ImageJ=1.53\nimages=2147483647\nchannels=2147483647\nslices=2147483647\nframes=2147483647\nhyperstack=true\n"),
        ["ImageJ whose product is 1 by overflow"] = () => Described("ImageJ=1.53\nimages=1\nchannels=6700417\nslices=641\nframes=4294967297\n"),
        ["ImageJ of negative numbers"] = () => Described("ImageJ=1.53\nimages=-1\nchannels=-1\nslices=-1\nframes=1\nspacing=-2\nfinterval=-1\nmin=NaN\nmax=-Infinity\nunit=\u0007\n"),
        ["ImageJ of sizes that are no sizes"] = () => Described("ImageJ=1.53\nimages=1\nspacing=1e999\nfinterval=NaN\nunit=\\u\n", page => page.Tag(282, 5, 0, 0).Tag(283, 5, uint.MaxValue, 1)),
        ["IJMetadata of 2^32-1 counts"] = () => Described("ImageJ=1.53\nimages=1\n", page => page.Tag(50838, 4, [.. Enumerable.Repeat((ulong)uint.MaxValue, 100)]).Bytes(50839, 1, [.. "IJIJ"u8, .. "luts"u8, 0xFF, 0xFF, 0xFF, 0xFF, .. "rang"u8, 0xFF, 0xFF, 0xFF, 0xFF])),
        ["IJMetadata of one million labels"] = () => Described("ImageJ=1.53\nimages=1\n", page => page.Tag(50838, 4, [12, .. Enumerable.Repeat(0ul, 1 << 20)]).Bytes(50839, 1, [.. "IJIJ"u8, .. "labl"u8, 0, 0x10, 0, 0])),
        ["OME of a billion laughs"] = () => Described(Laughs()),
        ["OME of a quadratic blow-up"] = () => Described($"<!DOCTYPE OME [<!ENTITY a \"{new string('a', 100_000)}\">]>{Ome(string.Concat(Enumerable.Repeat("&a;", 10_000)))}"),
        ["OME with an external entity"] = () => Described($"<!DOCTYPE OME [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>{Ome("<Description>&x;</Description>")}"),
        ["OME with an external DTD"] = () => Described($"<!DOCTYPE OME SYSTEM \"http://127.0.0.1:9/x.dtd\">{Ome("")}"),
        ["OME nested 100000 deep"] = () => Described(Ome(string.Concat(Enumerable.Repeat("<a>", 100_000)) + string.Concat(Enumerable.Repeat("</a>", 100_000)))),
        ["OME of 100000 attributes"] = () => Described($"<OME {string.Concat(Enumerable.Range(0, 100_000).Select(i => $"a{i}=\"\" "))}></OME>"),
        ["OME of 100000 images"] = () => Described($"<OME>{string.Concat(Enumerable.Range(0, 100_000).Select(_ => Image("1", "1", "1", "<TiffData/>")))}</OME>"),
        ["OME of 200000 TiffData"] = () => Described(Ome(Image("200000", "1", "1", string.Concat(Enumerable.Range(0, 200_000).Select(i => $"<TiffData IFD=\"0\" FirstZ=\"{i}\" PlaneCount=\"1\"/>"))))),
        ["OME whose TiffData counts 2^31-1 planes"] = () => Described(Ome(Image("2147483647", "1", "1", "<TiffData IFD=\"0\" PlaneCount=\"2147483647\"/>"))),
        ["OME of 2^31-1 each"] = () => Described(Ome(Image("2147483647", "2147483647", "2147483647", "<TiffData/>"))),
        ["OME of 2^31-1 channels"] = () => Described(Ome(Image("1", "2147483647", "1", "<TiffData/>"))),
        ["OME of 10^6 time points, one plane"] = () => Described(Ome(Image("1", "1", "1000000", "<TiffData IFD=\"0\" PlaneCount=\"1\"/>"))),
        ["OME of sizes that are no numbers"] = () => Described(Ome(Image("-1", "0", "99999999999999999999", "<TiffData IFD=\"-1\" FirstZ=\"-1\" PlaneCount=\"-1\"/>"))),
        ["OME with a physical size of NaN"] = () => Described(Ome(Image("1", "1", "1", "<TiffData/>").Replace("Type=", "PhysicalSizeX=\"NaN\" PhysicalSizeY=\"-1\" PhysicalSizeZ=\"1e999\" TimeIncrement=\"INF\" Type=", StringComparison.Ordinal))),
        ["OME that names a device"] = () => Described(Ome(Image("2", "1", "1", Elsewhere("/dev/zero")))),
        ["OME that names a file above"] = () => Described(Ome(Image("2", "1", "1", Elsewhere("../../../../etc/passwd")))),
        ["OME that names itself"] = () => Described(Ome(Image("2", "1", "1", Elsewhere("trial.tif")))),
        ["OME that names 100000 files"] = () => Described(Ome(Image("100000", "1", "1", string.Concat(Enumerable.Range(0, 100_000).Select(i => $"<TiffData FirstZ=\"{i}\"><UUID FileName=\"{i}.tif\">urn:uuid:{i}</UUID></TiffData>"))))),
        ["OME whose file names are no names"] = () => Described(Ome(Image("3", "1", "1", Elsewhere("") + Elsewhere("a&#0;b") + Elsewhere(new string('x', 5000))))),
        ["OME with control characters in its names"] = () => Described(Ome(Image("1", "1", "1", "<Channel Name=\"&#x85;&#x9b;2J&#10;\"/><TiffData/>"))),
        ["OME with a name of 1 MB"] = () => Described(Ome(Image("1", "1", "1", "<TiffData/>")).Replace("Name=\"i\"", $"Name=\"{new string('n', 1 << 20)}\"", StringComparison.Ordinal)),
        ["OME cut in the middle"] = () => Described(Ome(Image("1", "1", "1", "<TiffData/>"))[..90]),
        ["OME in another encoding than it says"] = () => Described($"<?xml version=\"1.0\" encoding=\"UTF-16\"?>{Ome("")}"),
        ["OME with a binary-only companion"] = () => Described("<OME><BinaryOnly MetadataFile=\"trial.tif\" UUID=\"urn:uuid:1\"/></OME>"),
        ["OME with a device for a companion"] = () => Described("<OME><BinaryOnly MetadataFile=\"/dev/zero\" UUID=\"urn:uuid:1\"/></OME>"),
        ["shaped of 2^63"] = () => Described("{\"shape\": [9223372036854775807, 9223372036854775807, 13, 20]}"),
        ["shaped of negative sizes"] = () => Described("{\"shape\": [-1, 13, 20]}"),
        ["JSON 100000 deep"] = () => Described("{\"shape\": " + new string('[', 100_000)),
        ["Micro-Manager JSON 100000 deep"] = () => One(Grey(8).Store(Samples).Text(51123, "{\"a\":" + new string('[', 100_000) + new string(']', 100_000) + "}")),
        ["Micro-Manager of 2^31 slices"] = () => One(Grey(8).Store(Samples).Text(51123, "{\"Slices\":2147483647,\"Channels\":2147483647,\"Frames\":2147483647,\"SliceIndex\":2147483646,\"ChannelIndex\":-1,\"FrameIndex\":2147483646}")),
    };

    private static SketchedPage Grey(int bits, int compression = 1) => SketchedPage.Grey(Width, Height, bits, compression);

    private static byte[] One(SketchedPage page) => new SketchedTiff(page).ToArray();

    private static byte[] Described(string description, Func<SketchedPage, SketchedPage>? change = null)
    {
        SketchedPage page = Grey(8).Store(Samples).Text(270, description);
        return One(change is null ? page : change(page));
    }

    private static string Ome(string images) => $"<?xml version=\"1.0\"?><OME xmlns=\"http://www.openmicroscopy.org/Schemas/OME/2016-06\">{images}</OME>";

    private static string Image(string z, string c, string t, string planes) =>
        $"<Image ID=\"Image:0\" Name=\"i\"><Pixels DimensionOrder=\"XYZCT\" Type=\"uint8\" SizeX=\"20\" SizeY=\"13\" SizeZ=\"{z}\" SizeC=\"{c}\" SizeT=\"{t}\">{planes}</Pixels></Image>";

    private static string Elsewhere(string file) =>
        $"<TiffData IFD=\"0\"/><TiffData FirstZ=\"1\" IFD=\"0\"><UUID FileName=\"{file}\">urn:uuid:2</UUID></TiffData>";

    private static string Laughs()
    {
        StringBuilder text = new("<!DOCTYPE OME [<!ENTITY l0 \"ha\">");
        for (int i = 1; i < 10; i++) text.Append($"<!ENTITY l{i} \"{string.Concat(Enumerable.Repeat($"&l{i - 1};", 10))}\">");
        return text.Append("]>").Append(Ome("<Description>&l9;</Description>")).ToString();
    }

    private static SketchedPage Repeated(SketchedPage page, int tag, int times)
    {
        for (int i = 0; i < times; i++) page.Again(tag, 4, (ulong)i);
        return page;
    }

    /// <summary>Lets the last directory of a classic little-endian file be followed by another one of its own.</summary>
    private static byte[] Linked(byte[] file, int directory)
    {
        DirectoryMap map = new(file);
        int first = (int)BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(4));
        int last = first;
        List<int> all = [first];
        while (true)
        {
            int link = last + 2 + 12 * BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(last));
            int next = (int)BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(link));
            if (next == 0)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(link), (uint)all[directory]);
                return file;
            }

            all.Add(last = next);
        }
    }

    /// <summary>Directories of one tag that makes no page, behind the last one of a file if there is one.</summary>
    private static byte[] Chain(int count, byte[]? before = null)
    {
        byte[] head = before ?? [.. "II*\0"u8, 0, 0, 0, 0];
        int start = head.Length;
        byte[] file = new byte[start + 18 * count];
        head.CopyTo(file, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(start - 4), (uint)start);
        for (int i = 0; i < count; i++)
        {
            Span<byte> at = file.AsSpan(start + 18 * i);
            at[0] = 1;
            BinaryPrimitives.WriteUInt16LittleEndian(at[2..], 256);
            BinaryPrimitives.WriteUInt16LittleEndian(at[4..], 3);
            BinaryPrimitives.WriteUInt32LittleEndian(at[6..], 1);
            BinaryPrimitives.WriteUInt32LittleEndian(at[10..], 5);
            if (i < count - 1) BinaryPrimitives.WriteUInt32LittleEndian(at[14..], (uint)(start + 18 * (i + 1)));
        }

        return file;
    }

    /// <summary>Good directories, each 12 bytes after the one before and nearly all of its entries theirs: the last two bytes of an entry are the next one's count.</summary>
    private static byte[] Overlapping(int count)
    {
        const int entries = 65535, first = 8;
        byte[] file = new byte[first + 2 + 12 * (entries + count + 1)];
        "II*\0"u8.CopyTo(file);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(4), first);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(first), entries);
        for (int i = 0; i <= entries + count; i++)
        {
            Span<byte> entry = file.AsSpan(first + 2 + 12 * i, 12);
            entry[..2].Fill(0xFE); // a tag that means nothing
            entry[10..].Fill(0xFF);
            // After its last entry stands where the next directory is.
            if (i >= entries && i < entries + count - 1) BinaryPrimitives.WriteUInt32LittleEndian(entry, (uint)(first + 12 * (i - entries + 1)));
        }

        (int Tag, int Type, int Value)[] page = [(256, 3, 4), (257, 3, 4), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8), (277, 3, 1), (278, 3, 4), (279, 4, 16)];
        for (int i = 0; i < page.Length; i++)
        {
            Span<byte> entry = file.AsSpan(first + 2 + 12 * (entries - 60 + i), 12);
            BinaryPrimitives.WriteUInt16LittleEndian(entry, (ushort)page[i].Tag);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], (ushort)page[i].Type);
            BinaryPrimitives.WriteInt32LittleEndian(entry[4..], 1);
            BinaryPrimitives.WriteInt32LittleEndian(entry[8..], page[i].Value);
        }

        return file;
    }

    /// <summary>Pages whose tables of strips, backwards so that they cannot be left out, are one and the same.</summary>
    private static byte[] Shared(int pages, int strips)
    {
        byte[] file = new SketchedTiff(SketchedPage.Grey(1, strips, 8).Tag(278, 3, 1)
            .Tag(273, 4, [.. Enumerable.Range(0, strips).Select(i => (ulong)(8 + strips - i))]).Tag(279, 4, [.. Enumerable.Repeat(1ul, strips)])).ToArray();
        int directory = (int)BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(4));
        byte[] entry = file[directory..];
        byte[] all = new byte[file.Length + pages * (entry.Length + 1)];
        file.CopyTo(all, 0);
        int link = file.Length - 4;
        int at = file.Length + file.Length % 2;
        for (int i = 0; i < pages; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(all.AsSpan(link), (uint)at);
            entry.CopyTo(all, at);
            link = at + entry.Length - 4;
            at += entry.Length + entry.Length % 2;
        }

        return all;
    }
}
