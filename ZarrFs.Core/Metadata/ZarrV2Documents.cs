using System.Text.Json;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Metadata;

/// <summary>
/// The documents of <c>NAME.zarr</c>: Zarr v2 with OME-Zarr 0.4, in the dialect that satisfies khartes, VC3D, vesuvius-gui, Neuroglancer and
/// the official schema at once: axes z y x, dataset scales exactly 1, 2, 4 …, no translation, the voxel size in the multiscale's own
/// transformation. Of a volume with channels or time points it is one (<see cref="Multiscale.Leading"/>).
/// </summary>
public sealed class ZarrV2Documents
{
    private readonly Multiscale _multiscale;
    private readonly OmeroChannel _channel;
    private readonly Codec? _codec;
    private readonly IReadOnlyList<SourceProblem> _problems;

    /// <param name="multiscale">What is described.</param>
    /// <param name="channels">How each channel is displayed.</param>
    /// <param name="codec">What the chunks are encoded with; null for raw ones.</param>
    /// <param name="problems">The bad ones are listed in the attributes of the root.</param>
    public ZarrV2Documents(Multiscale multiscale, IReadOnlyList<OmeroChannel> channels, Codec? codec = null, IReadOnlyList<SourceProblem>? problems = null)
    {
        _multiscale = multiscale;
        _codec = codec;
        _problems = problems ?? [];
        _channel = channels[(int)multiscale.Leading.C] with { IsActive = true };
        Axes = Axes.Spatial(multiscale.Volume);
    }

    internal Axes Axes { get; }

    /// <summary>The documents of the group, by name.</summary>
    public IReadOnlyList<(string Name, byte[] Content)> Group() =>
    [
        (".zattrs", JsonDocuments.Write(WriteGroupAttributes)),
        (".zgroup", JsonDocuments.Write(WriteGroup)),
        (".zmetadata", JsonDocuments.Write(WriteConsolidated)),
        ("meta.json", JsonDocuments.Write(WriteVolumeMeta)),
    ];

    /// <summary>The documents of one level's array, by name.</summary>
    public IReadOnlyList<(string Name, byte[] Content)> Array(Level level) =>
    [
        (".zarray", JsonDocuments.Write(writer => WriteArray(writer, level))),
        (".zattrs", JsonDocuments.Write(writer => WriteArrayAttributes(writer, []))),
    ];

    /// <summary>The documents of the first level's array where it is the root and there is no group, by name.</summary>
    public IReadOnlyList<(string Name, byte[] Content)> RootArray() =>
    [
        (".zarray", JsonDocuments.Write(writer => WriteArray(writer, _multiscale.Levels[0]))),
        (".zattrs", JsonDocuments.Write(writer => WriteArrayAttributes(writer, _problems))),
    ];

    private static void WriteGroup(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("zarr_format", 2);
        writer.WriteEndObject();
    }

    private void WriteArray(Utf8JsonWriter writer, Level level)
    {
        writer.WriteStartObject();
        writer.WriteNumber("zarr_format", 2);
        writer.WriteNumbers("shape", Axes.Sizes(level.Shape));
        writer.WriteNumbers("chunks", Axes.Sizes(new VolumeShape(_multiscale.Chunk.Z, _multiscale.Chunk.Y, _multiscale.Chunk.X)));
        writer.WriteString("dtype", _multiscale.Volume.DataType.TypeString());
        writer.WritePropertyName("compressor");
        if (_codec is null) writer.WriteNullValue();
        else _codec.WriteV2(writer);
        writer.WriteNumber("fill_value", 0);
        writer.WriteString("order", "C");
        writer.WriteNull("filters");
        writer.WriteString("dimension_separator", "/");
        writer.WriteEndObject();
    }

    private void WriteArrayAttributes(Utf8JsonWriter writer, IReadOnlyList<SourceProblem> problems)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("_ARRAY_DIMENSIONS");
        foreach (string name in Axes.Names) writer.WriteStringValue(name);
        writer.WriteEndArray();
        BadSlices.Write(writer, _multiscale.Volume.Source.Path, problems);
        writer.WriteEndObject();
    }

    private void WriteGroupAttributes(Utf8JsonWriter writer)
    {
        VoxelSize voxel = _multiscale.Volume.VoxelSize;
        writer.WriteStartObject();
        writer.WriteStartArray("multiscales");
        writer.WriteStartObject();
        writer.WriteString("version", "0.4");
        writer.WriteString("name", _multiscale.Name);
        Axes.Write(writer);
        writer.WriteStartArray("datasets");
        foreach (Level level in _multiscale.Levels)
        {
            double scale = Math.ScaleB(1, level.Index);
            writer.WriteStartObject();
            writer.WriteString("path", level.Index.ToString());
            writer.WriteStartArray("coordinateTransformations");
            writer.WriteTransformation("scale", Axes.Values(1, 1, scale, scale, scale));
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (voxel != VoxelSize.None)
        {
            writer.WriteStartArray("coordinateTransformations");
            writer.WriteTransformation("scale", Axes.Values(1, 1, voxel.Z, voxel.Y, voxel.X));
            writer.WriteEndArray();
        }

        OmeDocuments.WriteMethod(writer, _multiscale);
        writer.WriteEndObject();
        writer.WriteEndArray();
        OmeDocuments.WriteOmero(writer, [_channel], 0, _multiscale.Volume.Shape.Z / 2);
        BadSlices.Write(writer, _multiscale.Volume.Source.Path, _problems);
        writer.WriteEndObject();
    }

    private void WriteConsolidated(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("zarr_consolidated_format", 1);
        writer.WriteStartObject("metadata");
        writer.WritePropertyName(".zattrs");
        WriteGroupAttributes(writer);
        writer.WritePropertyName(".zgroup");
        WriteGroup(writer);
        foreach (Level level in _multiscale.Levels)
        {
            writer.WritePropertyName($"{level.Index}/.zarray");
            WriteArray(writer, level);
            writer.WritePropertyName($"{level.Index}/.zattrs");
            WriteArrayAttributes(writer, []);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>A volpkg's <c>meta.json</c>, which VC3D wants beside the array.</summary>
    private void WriteVolumeMeta(Utf8JsonWriter writer)
    {
        VolumeShape shape = _multiscale.Volume.Shape;
        writer.WriteStartObject();
        writer.WriteString("type", "vol");
        writer.WriteString("format", "zarr");
        writer.WriteString("name", _multiscale.Name);
        writer.WriteString("uuid", _multiscale.Name);
        writer.WriteNumber("width", shape.X);
        writer.WriteNumber("height", shape.Y);
        writer.WriteNumber("slices", shape.Z);
        writer.WritePropertyName("voxelsize");
        writer.WriteCoordinate(_multiscale.Volume.VoxelSize.X * MicrometersPerUnit(_multiscale.Volume.VoxelSize.Unit));
        writer.WritePropertyName("min");
        writer.WriteCoordinate(_channel.Window.Min);
        writer.WritePropertyName("max");
        writer.WriteCoordinate(_channel.Window.Max);
        writer.WriteEndObject();
    }

    private static double MicrometersPerUnit(string? unit) => unit switch
    {
        "angstrom" => 1e-4,
        "nanometer" => 1e-3,
        "millimeter" => 1e3,
        "centimeter" => 1e4,
        "meter" => 1e6,
        "inch" => 25400,
        _ => 1,
    };
}
