using System.Text.Json;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Metadata;

/// <summary>The axes of a volume that its metadata shows: always z, y, x; c and t only where the source has more than one.</summary>
internal sealed class Axes
{
    private readonly VoxelSize _voxel;

    public Axes(VolumeShape shape, VoxelSize voxel)
    {
        _voxel = voxel;
        HasT = shape.T > 1;
        HasC = shape.C > 1 || HasT;
        Names = HasT ? ["t", "c", "z", "y", "x"] : HasC ? ["c", "z", "y", "x"] : ["z", "y", "x"];
    }

    public bool HasT { get; }

    public bool HasC { get; }

    public IReadOnlyList<string> Names { get; }

    /// <summary>The sizes along the shown axes.</summary>
    public long[] Sizes(in VolumeShape shape) =>
        HasT ? [shape.T, shape.C, shape.Z, shape.Y, shape.X] : HasC ? [shape.C, shape.Z, shape.Y, shape.X] : [shape.Z, shape.Y, shape.X];

    /// <summary>A value for each shown axis: <paramref name="leading"/> for t and c, then those for z, y, x.</summary>
    public IEnumerable<double> Values(double leading, double z, double y, double x) =>
        Enumerable.Repeat(leading, Names.Count - 3).Concat([z, y, x]);

    /// <summary>The <c>axes</c> of a multiscale; units stand where the voxel size has one.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("axes");
        foreach (string name in Names)
        {
            writer.WriteStartObject();
            writer.WriteString("name", name);
            writer.WriteString("type", name switch { "t" => "time", "c" => "channel", _ => "space" });
            if (_voxel.Unit is { } unit && name is ("z" or "y" or "x")) writer.WriteString("unit", unit);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
