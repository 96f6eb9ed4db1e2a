using System.Text.Json;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources;

/// <summary>What a volpkg's <c>meta.json</c> says about a volume; every field may be missing.</summary>
/// <param name="Path">The file.</param>
/// <param name="Content">Its bytes: part of the fingerprint.</param>
/// <param name="Name">Name for people.</param>
/// <param name="VoxelMicrometers">Voxel size, the same along all axes.</param>
/// <param name="Width">Voxels along x.</param>
/// <param name="Height">Voxels along y.</param>
/// <param name="Slices">Voxels along z.</param>
internal sealed record VolumeMetadata(
    string Path, byte[] Content, string? Name, double? VoxelMicrometers, long? Width, long? Height, long? Slices)
{
    /// <summary>The file's name.</summary>
    public const string FileName = "meta.json";

    private const int Longest = 1 << 20;

    public VoxelSize? VoxelSize => VoxelMicrometers is { } size ? Volumes.VoxelSize.Micrometers(size) : null;

    /// <summary>Reads <c>meta.json</c> in a directory; null if there is none.</summary>
    /// <exception cref="SourceException">It cannot be read, lies elsewhere, is no JSON object, or a field has a value that cannot be.</exception>
    public static VolumeMetadata? Find(string directory, SourceRoot root)
    {
        string path = System.IO.Path.Combine(directory, FileName);
        if (JsonFile.Find(path, Longest, root) is not { } file) return null;
        return new VolumeMetadata(
            path, file.Content, Text(file.Root, "name"), Voxel(path, file.Root),
            Extent(path, file.Root, "width"), Extent(path, file.Root, "height"), Extent(path, file.Root, "slices"));
    }

    private static string? Text(JsonElement root, string field) =>
        root.TryGetProperty(field, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : null;

    private static double? Voxel(string path, JsonElement root)
    {
        if (!root.TryGetProperty("voxelsize", out JsonElement value) || value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out double size) || !double.IsFinite(size) || size <= 0)
            throw new SourceException(path, $"\"voxelsize\": found {value.GetRawText()}, expected a positive number of micrometres");
        return size;
    }

    private static long? Extent(string path, JsonElement root, string field)
    {
        if (!root.TryGetProperty(field, out JsonElement value) || value.ValueKind == JsonValueKind.Null) return null;
        // Some writers give 8096.0.
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out double size) || size is < 1 or > int.MaxValue || size != Math.Floor(size))
            throw new SourceException(path, $"\"{field}\": found {value.GetRawText()}, expected a whole number from 1 to {int.MaxValue}");
        return (long)size;
    }
}
