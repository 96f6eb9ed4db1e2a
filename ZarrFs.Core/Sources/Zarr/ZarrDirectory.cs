using System.Globalization;
using System.Text.Json;
using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Sources.Zarr;

/// <summary>Opens a directory of a Zarr hierarchy: an array, an OME-Zarr image, or the images of a bioformats2raw layout.</summary>
internal static class ZarrDirectory
{
    private const int MostImages = 4096;
    private static readonly string[] Documents = [ZarrDocument.NodeV3, ZarrDocument.ArrayV2, ZarrDocument.GroupV2];

    /// <summary>True if a directory says that it is a node of a Zarr hierarchy.</summary>
    public static bool IsZarr(string directory) => Documents.Any(name => File.Exists(Path.Combine(directory, name)));

    /// <summary>Opens all images of a directory, or the one that <see cref="SourceOptions.Series"/> picks; of an image its finest level.</summary>
    /// <exception cref="SourceException">There is nothing that can be read.</exception>
    /// <exception cref="OptionException">There is no such image.</exception>
    public static IReadOnlyList<ISource> OpenAll(string directory, SourceOptions options)
    {
        if (ZarrGroup.Find(directory, options.RootOf(directory)) is { } group && Images(group) is { Count: > 0 } images)
        {
            if (options.Series is not { } wanted) return OpenEach(images, options);
            if ((uint)wanted >= (uint)images.Count) throw ImageFile.NoSuchSeries(directory, wanted, images.Select(static image => Path.GetFileName(image)));
            return [OpenLevel(images[wanted], 0, options)];
        }

        if (options.Series is { } other and not 0) throw ImageFile.NoSuchSeries(directory, other, [null]);
        return [OpenLevel(directory, 0, options)];
    }

    /// <summary>Opens one level of an image; of an array there is level 0.</summary>
    /// <exception cref="SourceException">There is no such level, or it cannot be read.</exception>
    public static ZarrSource OpenLevel(string directory, int level, SourceOptions options)
    {
        SourceRoot root = options.RootOf(directory);
        if (ZarrArray.Find(directory, root) is { } single)
        {
            if (level > 0) throw new SourceException(directory, $"is an array by itself and has no level {level}");
            return new ZarrSource(directory, single, group: null, image: null, level, options);
        }

        if (ZarrGroup.Find(directory, root) is not { } group)
            throw new SourceException(directory, $"is no Zarr array or group: it has none of {string.Join(", ", Documents)}");
        if (group.Attributes.TryGetProperty("plate", out _))
            throw new UnsupportedException(directory, "an HCS plate is not supported as a whole; name one of its images, as in PLATE/A/1/0");
        if (group.Attributes.TryGetProperty("well", out _))
            throw new UnsupportedException(directory, "an HCS well is not supported as a whole; name one of its images, as in PLATE/A/1/0");
        OmeMultiscale? image = OmeMultiscale.Find(group.Document, group.Attributes);
        // A group without OME metadata: its arrays may still be levels that are named as everybody names them.
        string path = image is null ? level.ToString(CultureInfo.InvariantCulture)
            : level < image.Datasets.Count ? image.Datasets[level].Path
            : throw new SourceException(directory, $"has {image.Datasets.Count} levels, expected a level {level}");
        string folder = Path.Combine(directory, path);
        if (ZarrArray.Find(folder, root) is { } array) return new ZarrSource(directory, array, group, image, level, options);
        throw new SourceException(directory, image is null
            ? $"is a group without multiscales and without an array \"{path}\"; name the array"
            : $"level {level}: there is no array \"{path}\", which the multiscale names");
    }

    /// <summary>The images of a bioformats2raw layout: folders named by numbers from 0.</summary>
    private static List<string> Images(ZarrGroup group)
    {
        List<string> images = [];
        if (!group.Attributes.TryGetProperty("bioformats2raw.layout", out JsonElement layout) || layout.ValueKind != JsonValueKind.Number) return images;
        for (int i = 0; i < MostImages; i++)
        {
            string image = Path.Combine(group.Directory, i.ToString(CultureInfo.InvariantCulture));
            if (!IsZarr(image)) break;
            images.Add(image);
        }

        return images;
    }

    private static List<ISource> OpenEach(List<string> images, SourceOptions options)
    {
        List<ISource> sources = [];
        try
        {
            foreach (string image in images) sources.Add(OpenLevel(image, 0, options));
            return sources;
        }
        catch
        {
            foreach (ISource source in sources) source.Dispose();
            throw;
        }
    }
}
