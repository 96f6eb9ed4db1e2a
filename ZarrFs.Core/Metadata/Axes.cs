using System.Text.Json;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Metadata;

/// <summary>The axes of a volume that its metadata shows: always z, y, x, before them c and t where they are shown.</summary>
internal sealed class Axes
{
    private readonly VoxelSize _voxel;
    private readonly string? _timeUnit;

    private Axes(bool hasT, bool hasC, Volume volume)
    {
        HasT = hasT;
        HasC = hasC;
        Names = [.. hasT ? ["t"] : (string[])[], .. hasC ? ["c"] : (string[])[], "z", "y", "x"];
        _voxel = volume.VoxelSize;
        _timeUnit = volume.TimeStep?.Unit;
    }

    public bool HasT { get; }

    public bool HasC { get; }

    public IReadOnlyList<string> Names { get; }

    /// <summary>All axes that exist: t and c only where the volume has more than one.</summary>
    public static Axes Of(Volume volume) => new(volume.Shape.T > 1, volume.Shape.C > 1, volume);

    /// <summary>z, y, x only.</summary>
    public static Axes Spatial(Volume volume) => new(hasT: false, hasC: false, volume);

    /// <summary>The sizes along the shown axes.</summary>
    public long[] Sizes(in VolumeShape shape) => [.. Shown(shape.T, shape.C), shape.Z, shape.Y, shape.X];

    /// <summary>A value for each shown axis.</summary>
    public double[] Values(double t, double c, double z, double y, double x) => [.. Shown(t, c), z, y, x];

    /// <summary>The <c>axes</c> of a multiscale; units stand where the voxel size or the time step has one.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("axes");
        foreach (string name in Names)
        {
            (string type, string? unit) = name switch { "t" => ("time", _timeUnit), "c" => ("channel", null), _ => ("space", _voxel.Unit) };
            writer.WriteStartObject();
            writer.WriteString("name", name);
            writer.WriteString("type", type);
            if (unit is not null) writer.WriteString("unit", unit);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private T[] Shown<T>(T t, T c) => (HasT, HasC) switch { (true, true) => [t, c], (true, false) => [t], (false, true) => [c], _ => [] };
}
