using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Sources.Zarr;

/// <summary>What the documents of OME-Zarr images say of axes, distances and channels.</summary>
public sealed class OmeZarrTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void An_image_of_0_4_has_its_scales_units_and_channels()
    {
        Array("image/0", "[3, 2, 4, 6, 8]", "[1, 1, 4, 6, 8]");
        Array("image/1", "[3, 2, 2, 3, 4]", "[1, 1, 2, 3, 4]");
        _directory.File("image/.zgroup", """{"zarr_format": 2}""");
        _directory.File("image/.zattrs", """
            {"multiscales": [{"version": "0.4", "name": "brain",
              "axes": [{"name": "t", "type": "time", "unit": "second"}, {"name": "c", "type": "channel"},
                       {"name": "z", "type": "space", "unit": "micrometer"}, {"name": "y", "type": "space", "unit": "nanometer"}, {"name": "x", "type": "space", "unit": "micrometer"}],
              "datasets": [{"path": "0", "coordinateTransformations": [{"type": "scale", "scale": [2.5, 1, 2, 500, 0.5]}]},
                           {"path": "1", "coordinateTransformations": [{"type": "scale", "scale": [2.5, 1, 4, 1000, 1.0]}]}],
              "coordinateTransformations": [{"type": "scale", "scale": [2, 1, 10, 1, 1]}]}],
             "omero": {"channels": [{"label": "DAPI", "color": "0000FF", "window": {"start": 3, "end": 90, "min": 0, "max": 255}},
                                    {"color": "nonsense", "window": {"start": 9, "end": 9}}]}}
            """);
        using ISource source = SourceOpener.Open(Path.Combine(_directory.Path, "image"), new SourceOptions());
        Assert.Equal(new VolumeShape(3, 2, 4, 6, 8), source.Shape);
        Assert.Equal(new VoxelSize(20, 0.5, 0.5, "micrometer"), source.VoxelSize);
        Assert.Equal(new TimeStep(5, "second"), source.TimeStep);
        Assert.Equal([new ChannelInfo("DAPI", 0x0000FF, (3, 90)), ChannelInfo.None], source.Channels);
        Assert.Equal(("zarr", "OME-Zarr 0.4", "brain"), (source.Kind, source.Origin, source.Name));
        Assert.Equal("1 coarser level of the store: levels are made anew", Assert.Single(source.Others));
    }

    [Fact]
    public void An_image_of_0_5_is_known_by_its_own_field()
    {
        _directory.File("zarr.json", """
            {"zarr_format": 3, "node_type": "group", "attributes": {"ome": {"version": "0.5", "multiscales": [{"name": "/",
              "axes": [{"name": "y", "type": "space", "unit": "millimeter"}, {"name": "x", "type": "space", "unit": "millimeter"}],
              "datasets": [{"path": "s0", "coordinateTransformations": [{"type": "scale", "scale": [0.1, 0.2]}]}]}]}}}
            """);
        _directory.File("s0/zarr.json", """
            {"zarr_format": 3, "node_type": "array", "shape": [6, 8], "data_type": "uint8", "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [3, 4]}},
             "chunk_key_encoding": {"name": "default"}, "fill_value": 9, "codecs": ["bytes"]}
            """);
        using ISource source = SourceOpener.Open(_directory.Path, new SourceOptions());
        Assert.Equal(new VolumeShape(1, 6, 8), source.Shape);
        Assert.Equal(new VoxelSize(1, 0.1, 0.2, "millimeter"), source.VoxelSize);
        Assert.Equal(("OME-Zarr 0.5", null), (source.Origin, source.Name));
        byte[] voxel = new byte[1];
        Assert.True(source.Read(new Region(0, 5, 7, 1, 1, 1), voxel));
        Assert.Equal(9, voxel[0]);
    }

    [Theory]
    [InlineData("""{"name": "/", "axes": ["z", "y", "x"], "datasets": [{"path": "0"}]}""", null, null)]
    [InlineData("""{"datasets": [{"path": "0", "coordinateTransformations": [{"type": "scale", "scale": [1, 1, 1]}]}]}""", null, null)]
    [InlineData("""{"datasets": [{"path": "0"}]}""", """{"voxelsize": 7.91, "name": "Scroll 1"}""", 7.91)]
    [InlineData("""{"datasets": [{"path": "0"}]}""", """{"voxelsize": 1.0}""", null)]
    public void Where_OME_says_no_distance_a_volpkg_s_document_may(string multiscale, string? meta, double? expected)
    {
        Array("0", "[4, 6, 8]", "[4, 6, 8]");
        _directory.File(".zgroup", """{"zarr_format": 2}""");
        _directory.File(".zattrs", $$"""{"multiscales": [{{multiscale}}]}""");
        if (meta is not null) _directory.File("meta.json", meta);
        using ISource source = SourceOpener.Open(_directory.Path, new SourceOptions());
        Assert.Equal(expected is { } size ? VoxelSize.Micrometers(size) : null, source.VoxelSize);
        if (expected is not null) Assert.Equal("Scroll 1", source.Name);
    }

    [Fact]
    public void A_group_without_OME_metadata_is_its_array_0()
    {
        Array("plain/0", "[4, 6, 8]", "[4, 6, 8]");
        _directory.File("plain/.zgroup", """{"zarr_format": 2}""");
        using ISource source = SourceOpener.Open(Path.Combine(_directory.Path, "plain"), new SourceOptions());
        Assert.Equal(new VolumeShape(4, 6, 8), source.Shape);
    }

    [Fact]
    public void Images_of_a_bioformats2raw_layout_are_a_volume_each()
    {
        _directory.File(".zgroup", """{"zarr_format": 2}""");
        _directory.File(".zattrs", """{"bioformats2raw.layout": 3}""");
        for (int i = 0; i < 3; i++)
        {
            Array($"{i}/0", $"[1, 1, {i + 1}, 6, 8]", "[1, 1, 1, 6, 8]");
            _directory.File($"{i}/.zgroup", """{"zarr_format": 2}""");
            _directory.File($"{i}/.zattrs", """{"multiscales": [{"datasets": [{"path": "0"}]}]}""");
        }

        IReadOnlyList<ISource> all = SourceOpener.OpenAll(_directory.Path, new SourceOptions());
        Assert.Equal([1, 2, 3], all.Select(source => source.Shape.Z));
        foreach (ISource source in all) source.Dispose();
        using ISource second = Assert.Single(SourceOpener.OpenAll(_directory.Path, new SourceOptions { Series = 1 }));
        Assert.Equal(2, second.Shape.Z);
        Assert.Equal("--series", Assert.Throws<OptionException>(() => SourceOpener.OpenAll(_directory.Path, new SourceOptions { Series = 3 })).Option);
    }

    [Fact]
    public void The_fingerprint_knows_of_documents_and_of_chunks_that_came_or_went()
    {
        Array("a", "[4, 6, 8]", "[2, 6, 8]");
        string path = Path.Combine(_directory.Path, "a");
        List<string> seen = [Fingerprint()];
        Assert.Equal(seen[0], Fingerprint());
        _directory.File("a/0/0/0", new byte[2 * 6 * 8]);
        seen.Add(Fingerprint());
        Directory.SetLastWriteTimeUtc(Path.Combine(path, "0", "0"), new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        seen.Add(Fingerprint());
        Array("a", "[4, 6, 7]", "[2, 6, 8]");
        seen.Add(Fingerprint());
        Assert.Equal(seen.Count, seen.Distinct().Count());

        string Fingerprint()
        {
            using ISource source = SourceOpener.Open(path, new SourceOptions());
            return source.Fingerprint;
        }
    }

    private void Array(string path, string shape, string chunks) => _directory.File(
        $"{path}/.zarray",
        $$"""{"zarr_format": 2, "shape": {{shape}}, "chunks": {{chunks}}, "dtype": "|u1", "compressor": null, "fill_value": 0, "order": "C", "filters": null, "dimension_separator": "/"}""");
}
