using System.Text.Json;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Metadata;

/// <summary>
/// The documents of <c>NAME.ome.zarr</c>: Zarr v3 with OME-Zarr 0.5, to the letter: physical scales, the translation of a block mean,
/// <c>dimension_names</c>, <c>omero</c>, inline consolidated metadata; axes t and c where the volume has more than one.
/// </summary>
public sealed class ZarrV3Documents
{
    private readonly Multiscale _multiscale;
    private readonly IReadOnlyList<OmeroChannel> _channels;
    private readonly Codec? _codec;
    private readonly IReadOnlyList<SourceProblem> _problems;

    /// <param name="multiscale">What is described.</param>
    /// <param name="channels">How each channel is displayed.</param>
    /// <param name="codec">What the chunks are encoded with, one that <see cref="Codec.IsInV3"/>; null for raw ones.</param>
    /// <param name="problems">The bad ones are listed in the attributes of the root.</param>
    public ZarrV3Documents(Multiscale multiscale, IReadOnlyList<OmeroChannel> channels, Codec? codec = null, IReadOnlyList<SourceProblem>? problems = null)
    {
        _multiscale = multiscale;
        _channels = channels;
        _codec = codec;
        _problems = problems ?? [];
        Axes = Axes.Of(multiscale.Volume);
    }

    internal Axes Axes { get; }

    /// <summary>The documents of the group, by name.</summary>
    public IReadOnlyList<(string Name, byte[] Content)> Group() => [("zarr.json", JsonDocuments.Write(WriteGroup))];

    /// <summary>The documents of one level's array, by name.</summary>
    public IReadOnlyList<(string Name, byte[] Content)> Array(Level level) =>
        [("zarr.json", JsonDocuments.Write(writer => WriteArray(writer, level, [])))];

    /// <summary>The documents of the first level's array where it is the root and there is no group, by name.</summary>
    public IReadOnlyList<(string Name, byte[] Content)> RootArray() =>
        [("zarr.json", JsonDocuments.Write(writer => WriteArray(writer, _multiscale.Levels[0], _problems)))];

    private void WriteGroup(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("zarr_format", 3);
        writer.WriteString("node_type", "group");
        writer.WriteStartObject("attributes");
        writer.WriteStartObject("ome");
        writer.WriteString("version", "0.5");
        writer.WriteStartArray("multiscales");
        WriteMultiscale(writer);
        writer.WriteEndArray();
        OmeDocuments.WriteOmero(writer, _channels, _multiscale.Leading.T, _multiscale.Volume.Shape.Z / 2);
        writer.WriteEndObject();
        BadSlices.Write(writer, _multiscale.Volume.Source.Path, _problems);
        writer.WriteEndObject();
        writer.WriteStartObject("consolidated_metadata");
        writer.WriteString("kind", "inline");
        writer.WriteBoolean("must_understand", false);
        writer.WriteStartObject("metadata");
        foreach (Level level in _multiscale.Levels)
        {
            writer.WritePropertyName(level.Index.ToString());
            WriteArray(writer, level, []);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WriteMultiscale(Utf8JsonWriter writer)
    {
        VoxelSize voxel = _multiscale.Volume.VoxelSize;
        writer.WriteStartObject();
        writer.WriteString("name", _multiscale.Name);
        Axes.Write(writer);
        writer.WriteStartArray("datasets");
        foreach (Level level in _multiscale.Levels)
        {
            double scale = Math.ScaleB(1, level.Index);
            // Voxel centres are at integer coordinates: the mean of 2ⁿ voxels lies (2ⁿ−1)/2 voxels further than the first of them,
            // which is the one that "nearest" takes.
            double shift = _multiscale.Method == DownsampleMethod.Nearest ? 0 : (scale - 1) / 2;
            writer.WriteStartObject();
            writer.WriteString("path", level.Index.ToString());
            writer.WriteStartArray("coordinateTransformations");
            writer.WriteTransformation("scale", Axes.Values(_multiscale.Volume.TimeStep?.Step ?? 1, 1, voxel.Z * scale, voxel.Y * scale, voxel.X * scale));
            writer.WriteTransformation("translation", Axes.Values(0, 0, voxel.Z * shift, voxel.Y * shift, voxel.X * shift));
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        OmeDocuments.WriteMethod(writer, _multiscale);
        writer.WriteEndObject();
    }

    private void WriteArray(Utf8JsonWriter writer, Level level, IReadOnlyList<SourceProblem> problems)
    {
        DataType type = _multiscale.Volume.DataType;
        writer.WriteStartObject();
        writer.WriteNumber("zarr_format", 3);
        writer.WriteString("node_type", "array");
        writer.WriteNumbers("shape", Axes.Sizes(level.Shape));
        writer.WriteString("data_type", type.Name());
        writer.WriteStartObject("chunk_grid");
        writer.WriteString("name", "regular");
        writer.WriteStartObject("configuration");
        writer.WriteNumbers("chunk_shape", Axes.Sizes(new VolumeShape(_multiscale.Chunk.Z, _multiscale.Chunk.Y, _multiscale.Chunk.X)));
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteStartObject("chunk_key_encoding");
        writer.WriteString("name", "default");
        writer.WriteStartObject("configuration");
        writer.WriteString("separator", "/");
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteNumber("fill_value", 0);
        writer.WriteStartArray("codecs");
        writer.WriteStartObject();
        writer.WriteString("name", "bytes");
        if (type.Size() > 1)
        {
            writer.WriteStartObject("configuration");
            writer.WriteString("endian", "little");
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        _codec?.WriteV3(writer);
        writer.WriteEndArray();
        writer.WriteStartObject("attributes");
        BadSlices.Write(writer, _multiscale.Volume.Source.Path, problems);
        writer.WriteEndObject();
        writer.WriteStartArray("dimension_names");
        foreach (string name in Axes.Names) writer.WriteStringValue(name);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
