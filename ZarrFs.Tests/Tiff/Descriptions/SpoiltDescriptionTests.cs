using System.Text;
using ZarrFs.Core.Tiff.Descriptions;

namespace ZarrFs.Tests.Tiff.Descriptions;

/// <summary>Descriptions with letters changed, cut and doubled: understood or refused, never anything else.</summary>
public sealed class SpoiltDescriptionTests
{
    private const int Rounds = 4000;

    private const string Ome = """
        <?xml version="1.0" encoding="UTF-8"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" UUID="urn:uuid:1"><!-- c -->
        <Image ID="Image:0" Name="a &lt; b"><Pixels ID="Pixels:0" DimensionOrder="XYCZT" Type="uint16" SizeX="57" SizeY="61" SizeC="2" SizeZ="31"
        SizeT="1" PhysicalSizeX="0.25" PhysicalSizeXUnit="µm" TimeIncrement="1"><Channel ID="Channel:0:0" Name="n" Color="-16776961" SamplesPerPixel="1">
        <LightPath/></Channel><TiffData IFD="0" PlaneCount="31" FirstC="1"><UUID FileName="a.ome.tif">urn:uuid:1</UUID></TiffData><TiffData/></Pixels></Image></OME>
        """;

    private static readonly string[] Pieces =
        ["<", ">", "\"", "&", "]]>", "<![CDATA[", "</OME>", "<OME>", "<Pixels", "<UUID>", "/>", "-", "99999999999999999999", "NaN", "\0", "\uFFFE", "1e400", "ö", "{", "[", ",", "\\ud800"];

    [Fact]
    public void OmeXml()
    {
        int good = Spoil(Ome, static text =>
        {
            try
            {
                OmeDocument document = OmeReader.Read(text);
                foreach (OmeImage image in document.Images)
                {
                    if (image.VoxelSize() is { } size) Assert.True(size.IsValid);
                    Assert.InRange(image.SizeZ, 1, int.MaxValue);
                }

                return true;
            }
            catch (FormatException)
            {
                return false;
            }
        });
        Assert.InRange(good, Rounds / 20, Rounds - Rounds / 20);
    }

    [Fact]
    public void Shaped()
    {
        int good = Spoil("{\"shape\": [10, 2, 512, 512], \"axes\": \"ZCYX\", \"truncated\": true, \"other\": {\"a\": [1, 2.5, null]}}", static text =>
        {
            if (ShapedDescription.Parse(text) is not { } shaped) return false;
            Assert.All(shaped.Shape, static size => Assert.True(size > 0));
            Assert.True(shaped.Samples > 0);
            return true;
        });
        Assert.InRange(good, Rounds / 20, Rounds - Rounds / 20);
    }

    [Fact]
    public void ImageJ()
    {
        Spoil("ImageJ=1.53t\nimages=6\nchannels=2\nslices=3\nspacing=0.5\nunit=\\u00B5m\nfinterval=2\ntunit=sec\nmin=1\nmax=9\nfps=3\n", static text =>
        {
            if (ImageJDescription.Parse(text) is not { } description) return false;
            if (description.VoxelSize(4, 4) is { } size) Assert.True(size.IsValid);
            if (description.TimeStep is { } step) Assert.True(step.Step > 0 && double.IsFinite(step.Step));
            if (description.Window is { } window) Assert.True(window.Start < window.End);
            _ = (description.Images, description.Channels, description.Slices, description.Frames, description.Order, description.Mode);
            return true;
        });
    }

    private static int Spoil(string text, Func<string, bool> understands)
    {
        Assert.True(understands(text));
        Random random = new(8);
        int good = 0;
        for (int round = 0; round < Rounds; round++)
        {
            StringBuilder spoilt = new(text);
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                int at = random.Next(spoilt.Length);
                int count = Math.Min(random.Next(8), spoilt.Length - at);
                switch (random.Next(4))
                {
                    case 0: spoilt[at] = (char)random.Next(1, 256); break;
                    case 1: spoilt.Remove(at, count); break;
                    case 2: spoilt.Insert(at, spoilt.ToString(at, count)); break;
                    default: spoilt.Insert(at, Pieces[random.Next(Pieces.Length)]); break;
                }

                if (spoilt.Length == 0) spoilt.Append('x');
            }

            if (understands(spoilt.ToString())) good++;
        }

        return good;
    }
}
