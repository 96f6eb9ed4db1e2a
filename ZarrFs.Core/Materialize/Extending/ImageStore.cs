using System.Globalization;
using System.Text.RegularExpressions;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Sources.Zarr;

namespace ZarrFs.Core.Materialize.Extending;

/// <summary>An OME-Zarr image on the disk, as its documents have it.</summary>
/// <param name="Path">Absolute path of its group.</param>
/// <param name="Group">The group.</param>
/// <param name="Image">Its multiscale.</param>
internal sealed partial record ImageStore(string Path, ZarrGroup Group, OmeMultiscale Image)
{
    /// <exception cref="SourceException">There is none.</exception>
    public static ImageStore Open(string path)
    {
        if (ZarrGroup.Find(path, SourceRoot.Anywhere) is not { } group)
            throw new SourceException(path, "is no Zarr group, so it has no levels; expected an OME-Zarr image with .zattrs or zarr.json");
        return OmeMultiscale.Find(group.Document, group.Attributes) is { } image
            ? new ImageStore(path, group, image)
            : throw new SourceException(group.Document.Path, "has no \"multiscales\", so it says nothing of levels; expected an OME-Zarr image");
    }

    /// <summary>
    /// The path of a level's array: the one that it has; of a new one, the last one's with the number in it counted on (<c>3</c>, <c>s3</c>,
    /// <c>scale3/image</c>), or simply its number where there is no such number.
    /// </summary>
    public string NameOf(int level)
    {
        if (level < Image.Datasets.Count) return Image.Datasets[level].Path;
        int last = Image.Datasets.Count - 1;
        string path = Image.Datasets[last].Path;
        foreach (Match number in Number().Matches(path))
        {
            if (!int.TryParse(number.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int found) || found != last) continue;
            string next = level.ToString(CultureInfo.InvariantCulture).PadLeft(number.Length, '0');
            return string.Concat(path.AsSpan(0, number.Index), next, path.AsSpan(number.Index + number.Length));
        }

        return level.ToString(CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("[0-9]+", RegexOptions.CultureInvariant, 30_000)]
    private static partial Regex Number();
}
