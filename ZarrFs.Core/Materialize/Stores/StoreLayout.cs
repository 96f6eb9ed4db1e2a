using System.Globalization;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;

namespace ZarrFs.Core.Materialize.Stores;

/// <summary>What a store of each format has where: the layout of the virtual tree, so that the two can take each other's place.</summary>
public static class StoreLayout
{
    // Nobody takes a directory for a group or an array before these are there.
    private static readonly string[] LastNames = [".zarray", ".zgroup", "zarr.json"];

    /// <summary>The place of each level.</summary>
    public static IReadOnlyList<LevelPlace> Places(Multiscale multiscale, StoreFormat format, Codec? codec)
    {
        bool isV3 = format is StoreFormat.Ome05 or StoreFormat.Array3;
        CheckLevels(multiscale, format);
        Axes axes = isV3 ? Axes.Of(multiscale.Volume) : Axes.Spatial(multiscale.Volume);
        return
        [
            .. multiscale.Levels.Select(level => new LevelPlace(
                IsArray(format) ? "" : level.Index.ToString(CultureInfo.InvariantCulture),
                new ChunkKeys(level.Grid, axes.HasT, axes.HasC, multiscale.Leading, isV3), multiscale.Volume.DataType, codec)),
        ];
    }

    /// <summary>The metadata documents, in the order in which they are put in place: the arrays before the group that names them.</summary>
    public static IReadOnlyList<StoreDocument> Documents(
        Multiscale multiscale, IReadOnlyList<OmeroChannel> channels, StoreFormat format, Codec? codec, IReadOnlyList<SourceProblem> problems)
    {
        CheckLevels(multiscale, format);
        IReadOnlyList<(string Name, byte[] Content)> root;
        Func<Level, IReadOnlyList<(string Name, byte[] Content)>> array;
        if (format is StoreFormat.Ome05 or StoreFormat.Array3)
        {
            var documents = new ZarrV3Documents(multiscale, channels, codec, problems);
            (root, array) = (IsArray(format) ? documents.RootArray() : documents.Group(), documents.Array);
        }
        else
        {
            var documents = new ZarrV2Documents(multiscale, channels, codec, problems);
            (root, array) = (IsArray(format) ? documents.RootArray() : documents.Group(), documents.Array);
        }

        IEnumerable<StoreDocument> levels = IsArray(format) ? [] : multiscale.Levels.SelectMany(level => InOrder(array(level), $"{level.Index}/"));
        return [.. levels, .. InOrder(root, "")];
    }

    private static bool IsArray(StoreFormat format) => format is StoreFormat.Array2 or StoreFormat.Array3;

    private static void CheckLevels(Multiscale multiscale, StoreFormat format)
    {
        if (IsArray(format) && multiscale.Levels.Count != 1)
            throw new ArgumentException($"a plain array has one level, not {multiscale.Levels.Count}", nameof(multiscale));
    }

    private static IEnumerable<StoreDocument> InOrder(IReadOnlyList<(string Name, byte[] Content)> documents, string directory) =>
        documents.OrderBy(document => LastNames.Contains(document.Name)).Select(document => new StoreDocument(directory + document.Name, document.Content));
}
