using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Sources;

/// <summary>Links that lead out of what the user has named are refused file by file, unless they are to be followed; links within it are files like others.</summary>
public sealed class SymbolicLinkTests : IDisposable
{
    private const string Refusal = "--follow-symlinks";
    private const int Height = 6;
    private const int Width = 9;
    private static readonly SourceOptions Filling = new() { BadSlices = BadSlicePolicy.Fill };
    private static readonly SourceOptions Failing = new() { BadSlices = BadSlicePolicy.Fail };
    private static readonly SourceOptions Following = new() { BadSlices = BadSlicePolicy.Fail, FollowSymlinks = true };

    private readonly TemporaryDirectory _inside = new();
    private readonly TemporaryDirectory _outside = new();

    public void Dispose()
    {
        _inside.Dispose();
        _outside.Dispose();
    }

    [Fact]
    public void A_slice_elsewhere_is_bad_by_policy_and_read_if_links_are_followed()
    {
        byte[] zero = Slice(_inside, "0.tif", 10);
        byte[] one = Slice(_outside, "one.tif", 11);
        byte[] two = Slice(_inside, "kept/2.tif", 12);
        Link("1.tif", Path.Combine(_outside.Path, "one.tif"));
        Link("2.tif", "kept/2.tif");
        using (ISource source = SourceOpener.Open(_inside.Path, Filling))
        {
            Assert.Equal((byte[])[.. zero, .. new byte[one.Length], .. two], Samples.ReadAll(source));
            SourceProblem problem = Assert.Single(source.Problems);
            Assert.Equal((SourceProblemKind.Bad, 1L, Path.Combine(_inside.Path, "1.tif")), (problem.Kind, problem.Z, problem.Path));
            Assert.Contains(Refusal, problem.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(_outside.Path, problem.Message, StringComparison.Ordinal);
        }

        using (ISource source = SourceOpener.Open(_inside.Path, Failing))
        {
            SourceException failure = Assert.Throws<SourceException>(() => Samples.ReadAll(source));
            Assert.Contains(Refusal, failure.Message, StringComparison.Ordinal);
        }

        using (ISource source = SourceOpener.Open(_inside.Path, Following)) Assert.Equal((byte[])[.. zero, .. one, .. two], Samples.ReadAll(source));
    }

    [Fact]
    public void A_directory_of_nothing_but_such_links_is_refused_by_name()
    {
        for (int z = 0; z < 3; z++)
        {
            Slice(_outside, $"{z}.tif", z);
            Link($"{z}.tif", Path.Combine(_outside.Path, $"{z}.tif"));
        }

        SourceException failure = Assert.Throws<SourceException>(() => SourceOpener.Open(_inside.Path, Filling));
        Assert.Contains(Refusal, failure.Message, StringComparison.Ordinal);
        Assert.Contains(_inside.Path, failure.Message, StringComparison.Ordinal);
        using ISource source = SourceOpener.Open(_inside.Path, Following);
        Assert.Equal(3, source.Shape.Z);
    }

    [Fact]
    public void What_the_user_names_may_be_a_link_itself()
    {
        byte[] zero = Slice(_outside, "0.tif", 1);
        byte[] one = Slice(_outside, "1.tif", 2);
        Link("scroll", _outside.Path);
        Link("one.tif", Path.Combine(_outside.Path, "1.tif"));
        using (ISource source = SourceOpener.Open(Path.Combine(_inside.Path, "scroll"), Failing)) Assert.Equal((byte[])[.. zero, .. one], Samples.ReadAll(source));
        using (ISource source = SourceOpener.Open(Path.Combine(_inside.Path, "one.tif"), Failing)) Assert.Equal(one, Samples.ReadAll(source));
    }

    [Fact]
    public void A_directory_that_gets_another_name_goes_on()
    {
        byte[] zero = Slice(_outside, "a/0.tif", 1);
        byte[] one = Slice(_outside, "a/1.tif", 2);
        Link("scroll", Path.Combine(_outside.Path, "a"));
        using ISource source = SourceOpener.Open(Path.Combine(_inside.Path, "scroll"), Failing);
        Directory.Move(Path.Combine(_outside.Path, "a"), Path.Combine(_outside.Path, "b"));
        File.Delete(Path.Combine(_inside.Path, "scroll"));
        Link("scroll", Path.Combine(_outside.Path, "b"));
        Assert.Equal((byte[])[.. zero, .. one], Samples.ReadAll(source));
    }

    [Fact]
    public void Links_in_circles_over_the_edge_and_beside_it_come_to_nothing()
    {
        byte[] zero = Slice(_inside, "0.tif", 1);
        Link("1.tif", "2.tif");
        Link("2.tif", "1.tif");
        Link("3.tif", "nothing.tif");
        Directory.CreateDirectory(_inside.Path + "-beside");
        try
        {
            File.Copy(Path.Combine(_inside.Path, "0.tif"), Path.Combine(_inside.Path + "-beside", "4.tif"));
            Link("4.tif", $"../{Path.GetFileName(_inside.Path)}-beside/4.tif");
            using ISource source = SourceOpener.Open(_inside.Path, Filling);
            Assert.Equal((byte[])[.. zero, .. new byte[4 * zero.Length]], Samples.ReadAll(source));
            Assert.Equal([1L, 2, 3, 4], source.Problems.Select(static problem => problem.Z).Order());
            Assert.Contains(source.Problems, static problem => problem.Z == 3 && problem.Message.Contains("no file behind it", StringComparison.Ordinal));
            Assert.Contains(source.Problems, static problem => problem.Z == 4 && problem.Message.Contains(Refusal, StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(_inside.Path + "-beside", recursive: true);
        }
    }

    [Fact]
    public void A_link_that_leads_nowhere_is_the_same_bad_slice_at_the_end_as_at_the_beginning()
    {
        Slice(_inside, "0.tif", 1);
        Link("1.tif", "nowhere.tif");
        Slice(_inside, "2.tif", 3);
        using ISource source = SourceOpener.Open(_inside.Path, Filling);
        source.CheckAll(null, CancellationToken.None);
        Assert.Equal(1, Assert.Single(source.Problems).Z);
        Assert.Equal(source.Fingerprint, source.CurrentFingerprint()); // else nothing that is made of it would ever be done
    }

    [Fact]
    public void A_folder_of_a_pattern_may_not_lead_out()
    {
        byte[] zero = Slice(_inside, "c0/0.tif", 1);
        byte[] one = Slice(_outside, "0.tif", 2);
        Link("c1", _outside.Path);
        SourceOptions options = Filling with { Pattern = "^c(?<c>[0-9])/(?<z>[0-9]+)" };
        using (ISource source = SourceOpener.Open(_inside.Path, options))
        {
            Assert.Equal(2, source.Shape.C);
            Assert.Equal(zero, Samples.Read(source, new Region(0, 0, 0, 0, 0, 1, Height, Width)));
            Assert.Equal(new byte[zero.Length], Samples.Read(source, new Region(0, 1, 0, 0, 0, 1, Height, Width)));
            Assert.Contains(source.Problems, static problem => problem.Message.Contains(Refusal, StringComparison.Ordinal));
        }

        using ISource followed = SourceOpener.Open(_inside.Path, options with { FollowSymlinks = true });
        Assert.Equal(one, Samples.Read(followed, new Region(0, 1, 0, 0, 0, 1, Height, Width)));
    }

    [Fact]
    public void A_cell_elsewhere_is_bad()
    {
        byte[] voxels = Samples.Make(8 * 8 * 8 * 2);
        byte[] cell = new TiffWriter().Write(8, 8, 8, DataType.UInt16, voxels);
        _inside.File("cell_yxz_001_001_001.tif", cell);
        Link("cell_yxz_001_001_002.tif", _outside.File("cell.tif", cell));
        using (ISource source = SourceOpener.Open(_inside.Path, Filling))
        {
            Assert.Equal("cells", source.Kind);
            Assert.Equal(voxels, Samples.Read(source, new Region(0, 0, 0, 8, 8, 8)));
            Assert.Contains(source.Problems, static problem => problem.Message.Contains(Refusal, StringComparison.Ordinal));
        }

        using ISource followed = SourceOpener.Open(_inside.Path, Following);
        Assert.Equal((byte[])[.. voxels, .. voxels], Samples.ReadAll(followed));
    }

    [Theory]
    [InlineData("b.ome.tif")]
    [InlineData("../OUTSIDE/b.ome.tif")]
    [InlineData("/etc/passwd")]
    public void A_file_that_OME_XML_names_may_not_be_elsewhere(string name)
    {
        const int PlaneBytes = 5 * 4;
        byte[] samples = Samples.Make(2 * PlaneBytes);
        string named = name.Replace("OUTSIDE", Path.GetFileName(_outside.Path), StringComparison.Ordinal);
        string xml = $"""
            <?xml version="1.0"?><OME UUID="urn:uuid:a"><Image ID="i"><Pixels DimensionOrder="XYZCT" Type="uint8" SizeX="4" SizeY="5" SizeC="1" SizeZ="2" SizeT="1">
            <TiffData FirstZ="0" PlaneCount="1"><UUID FileName="a.ome.tif">urn:uuid:a</UUID></TiffData>
            <TiffData FirstZ="1" PlaneCount="1"><UUID FileName="{named}">urn:uuid:b</UUID></TiffData></Pixels></Image></OME>
            """;
        string a = _inside.File("a.ome.tif", new TiffWriter { Description = xml }.Write(1, 5, 4, DataType.UInt8, samples.AsSpan(0, PlaneBytes)));
        string b = _outside.File("b.ome.tif", new TiffWriter().Write(1, 5, 4, DataType.UInt8, samples.AsSpan(PlaneBytes)));
        if (name == "b.ome.tif") Link(name, b);
        using (ISource source = SourceOpener.Open(a, Filling))
        {
            Assert.Equal((byte[])[.. samples[..PlaneBytes], .. new byte[PlaneBytes]], Samples.ReadAll(source));
            Assert.Contains(source.Problems, static problem => problem.Z == 1);
        }

        // Whatever links may do: a name is no way out.
        using ISource followed = SourceOpener.Open(a, Filling with { FollowSymlinks = true });
        Assert.Equal(name == "b.ome.tif" ? samples : (byte[])[.. samples[..PlaneBytes], .. new byte[PlaneBytes]], Samples.ReadAll(followed));
    }

    [Fact]
    public void Metadata_elsewhere_is_refused_and_told()
    {
        Slice(_inside, "0.tif", 1);
        Link("meta.json", _outside.File("secret.json", """{"voxelsize": 7.5}"""));
        SourceException failure = Assert.Throws<SourceException>(() => SourceOpener.Open(_inside.Path, Filling));
        Assert.Equal(Path.Combine(_inside.Path, "meta.json"), failure.Path);
        Assert.Contains(Refusal, failure.Message, StringComparison.Ordinal);
        using ISource source = SourceOpener.Open(_inside.Path, Following);
        Assert.Equal(VoxelSize.Micrometers(7.5), source.VoxelSize);
    }

    [Fact]
    public void Chunks_and_documents_of_a_Zarr_directory_may_not_be_elsewhere()
    {
        const string Document =
            """{"zarr_format": 2, "shape": [2, 2, 4], "chunks": [2, 2, 2], "dtype": "|u1", "compressor": null, "fill_value": 0, "order": "C", "filters": null, "dimension_separator": "."}""";
        byte[] chunk = [1, 2, 3, 4, 5, 6, 7, 8];
        _inside.File("a/.zarray", Document);
        _inside.File("a/0.0.0", chunk);
        Link("a/0.0.1", _outside.File("chunk", chunk));
        string array = Path.Combine(_inside.Path, "a");
        using (ISource source = SourceOpener.Open(array, Filling))
        {
            Assert.Equal(chunk, Samples.Read(source, new Region(0, 0, 0, 2, 2, 2)));
            Assert.Equal(new byte[8], Samples.Read(source, new Region(0, 0, 2, 2, 2, 2)));
            Assert.Contains(Refusal, Assert.Single(source.Problems).Message, StringComparison.Ordinal);
        }

        using (ISource source = SourceOpener.Open(array, Following)) Assert.Equal(chunk, Samples.Read(source, new Region(0, 0, 2, 2, 2, 2)));

        File.Delete(Path.Combine(array, "0.0.1"));
        Link("a/0.0.1", Path.Combine(_outside.Path, "nothing"));
        using (ISource source = SourceOpener.Open(array, Filling))
        {
            SourceException failure = Assert.Throws<SourceException>(() => Samples.Read(source, new Region(0, 0, 2, 2, 2, 2)));
            Assert.Contains("no file behind it", failure.Message, StringComparison.Ordinal);
        }

        File.Move(Path.Combine(array, ".zarray"), Path.Combine(_outside.Path, "document"));
        Link("a/.zarray", Path.Combine(_outside.Path, "document"));
        Assert.Contains(Refusal, Assert.Throws<SourceException>(() => SourceOpener.Open(array, Filling)).Message, StringComparison.Ordinal);
    }

    private static byte[] Slice(TemporaryDirectory directory, string name, int seed)
    {
        byte[] samples = Samples.Make(Height * Width * 2, seed);
        directory.File(name, new TiffWriter().Write(1, Height, Width, DataType.UInt16, samples));
        return samples;
    }

    private void Link(string name, string target) => File.CreateSymbolicLink(Path.Combine(_inside.Path, name), target);
}
