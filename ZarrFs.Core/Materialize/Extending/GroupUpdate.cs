using System.Text.Json.Nodes;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Sources.Zarr;

namespace ZarrFs.Core.Materialize.Extending;

/// <summary>The documents of an image's group with other levels from one on; whatever else they say stays.</summary>
/// <param name="store">The image as it is.</param>
/// <param name="first">Number of the first new level.</param>
/// <param name="multiscale">The level before it and the new ones.</param>
/// <param name="names">The new levels' arrays.</param>
internal sealed class GroupUpdate(ImageStore store, int first, Multiscale multiscale, IReadOnlyList<string> names)
{
    private const string ConsolidatedV2 = ".zmetadata";

    /// <summary>The group's documents.</summary>
    /// <param name="template">What the new levels' documents are made after.</param>
    public IEnumerable<StoreDocument> Documents(LevelTemplate template)
    {
        JsonObject root = Parse(store.Group.Document);
        if (store.Group.Format == 3)
        {
            JsonObject attributes = root["attributes"]!.AsObject();
            Update(attributes["ome"] as JsonObject ?? attributes, template);
            if (root["consolidated_metadata"]?["metadata"] is JsonObject consolidated) UpdateConsolidated(consolidated, template, "");
            return [new StoreDocument(ZarrDocument.NodeV3, LevelTemplate.Bytes(root))];
        }

        Update(root, template);
        List<StoreDocument> documents = [new(ZarrDocument.AttributesV2, LevelTemplate.Bytes(root))];
        if (ZarrDocument.Find(store.Path, ConsolidatedV2, SourceRoot.Anywhere) is not { } found) return documents;
        JsonObject all = Parse(found);
        if (all["metadata"] is not JsonObject metadata) return documents;
        metadata[ZarrDocument.AttributesV2] = root.DeepClone();
        UpdateConsolidated(metadata, template, $"/{ZarrDocument.ArrayV2}");
        return [new(ConsolidatedV2, LevelTemplate.Bytes(all)), .. documents];
    }

    private static JsonObject Parse(ZarrDocument document) => JsonNode.Parse(document.Root.GetRawText())!.AsObject();

    private void Update(JsonObject attributes, LevelTemplate template)
    {
        JsonObject image = attributes["multiscales"]![0]!.AsObject();
        JsonArray datasets = image["datasets"]!.AsArray();
        if (first == 1) RestateMethod(image);
        JsonNode before = datasets[first - 1]!;
        while (datasets.Count > first) datasets.RemoveAt(datasets.Count - 1);
        OmeDataset last = store.Image.Datasets[first - 1];
        double[] scale = [.. last.Scale], translation = [.. last.Translation];
        for (int i = 0; i < names.Count; i++)
        {
            foreach (int axis in (int[])[ArrayAxes.Z, ArrayAxes.Y, ArrayAxes.X])
            {
                int dimension = template.Axes[axis];
                // The mean of two voxels lies half a voxel further than the first, which is the one that "nearest" takes.
                if (dimension < translation.Length && multiscale.Method != DownsampleMethod.Nearest)
                    translation[dimension] += (dimension < scale.Length ? scale[dimension] : 1) / 2;
                if (dimension < scale.Length) scale[dimension] *= 2;
            }

            JsonNode dataset = before.DeepClone();
            dataset["path"] = names[i];
            if (dataset["coordinateTransformations"] is JsonArray transformations) Replace(transformations, scale, translation);
            datasets.Add(dataset);
        }
    }

    /// <summary>No level is left that was made in the way that was stated.</summary>
    private void RestateMethod(JsonObject image)
    {
        JsonNode made = JsonNode.Parse(JsonDocuments.Write(writer =>
        {
            writer.WriteStartObject();
            OmeDocuments.WriteMethod(writer, multiscale);
            writer.WriteEndObject();
        }))!;
        foreach (string name in (string[])["type", "metadata"])
        {
            if (image.Remove(name)) image[name] = made[name]!.DeepClone();
        }
    }

    private static void Replace(JsonArray transformations, double[] scale, double[] translation)
    {
        foreach (JsonNode? transformation in transformations)
        {
            switch ((string?)transformation!["type"])
            {
                case "scale": transformation["scale"] = Coordinates(scale); break;
                case "translation": transformation["translation"] = Coordinates(translation); break;
            }
        }
    }

    private static JsonArray Coordinates(double[] values) => new([.. values.Select(static value => JsonNode.Parse(JsonDocuments.Coordinate(value)))]);

    private void UpdateConsolidated(JsonObject metadata, LevelTemplate template, string suffix)
    {
        foreach (OmeDataset old in store.Image.Datasets.Skip(first))
        {
            foreach (string key in metadata.Select(static entry => entry.Key).Where(key => key == old.Path || key.StartsWith($"{old.Path}/", StringComparison.Ordinal)).ToArray())
                metadata.Remove(key);
        }

        for (int i = 0; i < names.Count; i++)
        {
            metadata[names[i] + suffix] = template.Document(multiscale.Levels[i + 1].Shape);
            if (template.AttributesNode() is { } attributes) metadata[$"{names[i]}/{ZarrDocument.AttributesV2}"] = attributes;
        }
    }
}
