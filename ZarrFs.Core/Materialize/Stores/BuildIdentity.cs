using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Materialize.Stores;

/// <summary>All that decides the bytes of a store: what was begun with one identity is only ever continued with the same.</summary>
/// <param name="Options">What people can tell apart.</param>
/// <param name="Digest">A hash of the rest: the metadata to the letter.</param>
public sealed record BuildIdentity(IReadOnlyList<BuildOption> Options, string Digest)
{
    /// <summary>What decides the bytes of a store that shows a multiscale; the caller adds what it knows besides.</summary>
    public static BuildIdentity Of(Multiscale multiscale, IReadOnlyList<OmeroChannel> channels, StoreFormat format, Codec? codec)
    {
        Volume volume = multiscale.Volume;
        VoxelSize voxel = volume.VoxelSize;
        List<BuildOption> options =
        [
            new("source", $"fingerprint {volume.Source.Fingerprint}"),
            new("shape", volume.Shape.ToString()),
            new("--ranges", volume.Ranges.ToString()),
            new("--shift", volume.Shift.ToString()),
            new("--type", volume.DataType.Name()),
            new("--format", format is StoreFormat.Ome04 or StoreFormat.Array2 ? "0.4" : "0.5"),
            new("--zarr-only", format is StoreFormat.Array2 or StoreFormat.Array3 ? "given" : "not given"),
            new("--chunk-size", $"{multiscale.Chunk.Z},{multiscale.Chunk.Y},{multiscale.Chunk.X}"),
            new("--levels", multiscale.Levels.Count.ToString(CultureInfo.InvariantCulture)),
            new("--downsample", multiscale.Method.ToString().ToLowerInvariant()),
            new("--compression", codec?.ToString() ?? Compression.None.ToString()),
            new("--channel and --time", $"{multiscale.Leading.C} and {multiscale.Leading.T}"),
            new("--name", multiscale.Name),
            new("--voxel-size", $"{voxel.Z} {voxel.Y} {voxel.X} {voxel.Unit}"),
        ];
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (StoreDocument document in StoreLayout.Documents(multiscale, channels, format, codec, []))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(document.Path));
            hash.AppendData(document.Content);
        }

        return new BuildIdentity(options, Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16)));
    }

    /// <summary>What differs from another identity, for people; empty if nothing does.</summary>
    /// <param name="begun">The identity that the store was begun with.</param>
    public IReadOnlyList<string> DifferencesFrom(BuildIdentity begun)
    {
        List<string> differences = [];
        foreach (BuildOption option in Options)
        {
            string? before = Find(begun, option.Name);
            if (before != option.Value) differences.Add($"{option.Name} was {before ?? "not given"}, now it is {option.Value}");
        }

        foreach (BuildOption option in begun.Options)
        {
            if (Find(this, option.Name) is null) differences.Add($"{option.Name} was {option.Value}, now it is not given");
        }

        // Any option changes the metadata too, so this is news only where nothing else is.
        if (differences.Count == 0 && Digest != begun.Digest) differences.Add("the metadata would be others (contrast, labels, units)");
        return differences;
    }

    private static string? Find(BuildIdentity identity, string name)
    {
        foreach (BuildOption option in identity.Options)
        {
            if (option.Name == name) return option.Value;
        }

        return null;
    }
}
