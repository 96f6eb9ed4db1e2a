using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Sources.Zarr;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Materialize.Extending;

/// <summary>
/// A level of an image after which new ones are made. They have its documents, but for the shape and what the builder cannot write: their
/// voxels are little-endian and in C order, what is missing is 0, and a chunk is one time point and one channel, even along z, y and x.
/// </summary>
internal sealed class LevelTemplate
{
    private readonly ImageStore _store;
    private readonly string _name;
    private readonly ArrayAxes _axes;

    private LevelTemplate(ImageStore store, string name, ZarrArray array, ArrayAxes axes)
    {
        _store = store;
        _name = name;
        _axes = axes;
        Array = array;
        Chunk = new ChunkShape(Even(ArrayAxes.Z), Even(ArrayAxes.Y), Even(ArrayAxes.X));
    }

    /// <summary>The array of the level.</summary>
    public ZarrArray Array { get; }

    /// <summary>Voxels of a new level's chunk: the level's own, one more where that is odd, since levels are halved chunk by chunk.</summary>
    public ChunkShape Chunk { get; }

    /// <summary>The axes of the array, by their dimensions.</summary>
    public ArrayAxes Axes => _axes;

    /// <exception cref="SourceException">There is no array, or one after which none can be made.</exception>
    public static LevelTemplate Of(ImageStore store, int level)
    {
        string name = store.NameOf(level);
        string directory = Path.Combine(store.Path, name);
        ZarrArray array = ZarrArray.Find(directory, SourceRoot.Anywhere)
            ?? throw new SourceException(directory, $"is no Zarr array, and the image says that it is level {level}");
        ArrayAxes axes = ArrayAxes.Of(array, store.Image.Axes);
        int[] dimensions = [.. Enumerable.Range(0, ArrayAxes.Count).Select(axis => axes[axis]).Where(static dimension => dimension != ArrayAxes.None)];
        if (axes[ArrayAxes.Z] == ArrayAxes.None || !dimensions.SequenceEqual(Enumerable.Range(0, dimensions.Length)))
            throw new UnsupportedException(array.Document.Path, "levels can be added to arrays with the axes z y x, t and c before them; this one has others, or another order");
        if (array.IsTruth)
            throw new UnsupportedException(array.Document.Path, "levels cannot be made of truth values; write them as uint8 first");
        var template = new LevelTemplate(store, name, array, axes);
        Int128 bytes = (Int128)template.Chunk.Count * array.DataType.Size();
        if (bytes > System.Array.MaxLength || array.Codecs.Compressor?.MostEncodedBytes((long)bytes) > System.Array.MaxLength)
            throw new UnsupportedException(array.Document.Path, $"levels cannot be made in chunks of {bytes} bytes: encoded or not, they may have {System.Array.MaxLength}");
        return template;
    }

    /// <summary>Where the chunks of a new level go.</summary>
    public LevelPlace Place(string name, Level level) => new(
        name,
        new ChunkKeys(level.Grid, Has(ArrayAxes.T), Has(ArrayAxes.C), default, Array.Keys.HasPrefix, Array.Keys.Separator),
        Array.DataType,
        Array.Codecs.Compressor);

    /// <summary>The documents of a new level; its array's last.</summary>
    public IEnumerable<StoreDocument> Documents(string name, in VolumeShape shape) =>
        [.. Between(name), .. Attributes(name), new StoreDocument($"{name}/{DocumentName}", Bytes(Document(shape)))];

    /// <summary>The attributes of the level, which a new one has too; null for none.</summary>
    public JsonNode? AttributesNode() =>
        Array.Format == 2 && ZarrDocument.Find(Array.Directory, ZarrDocument.AttributesV2, SourceRoot.Anywhere) is { } found ? JsonNode.Parse(found.Root.GetRawText()) : null;

    /// <summary>The document of a new level's array.</summary>
    public JsonObject Document(in VolumeShape shape)
    {
        JsonObject document = JsonNode.Parse(Array.Document.Root.GetRawText())!.AsObject();
        document["shape"] = Sizes(shape);
        if (!Zeros.IsAllZero(Array.Fill)) document["fill_value"] = 0;
        if (Array.Format == 2)
        {
            document["chunks"] = Sizes(ChunkSizes);
            document["dtype"] = Array.DataType.TypeString();
            document["order"] = "C";
            document["dimension_separator"] = Array.Keys.Separator.ToString();
            if (document["fill_value"] is null) document["fill_value"] = 0; // v2's null leaves open what is read
            return document;
        }

        document["chunk_grid"] = new JsonObject { ["name"] = "regular", ["configuration"] = new JsonObject { ["chunk_shape"] = Sizes(ChunkSizes) } };
        JsonObject bytes = new() { ["name"] = "bytes" };
        if (Array.DataType.Size() > 1) bytes["configuration"] = new JsonObject { ["endian"] = "little" };
        document["codecs"] = new JsonArray(bytes);
        if (Array.Codecs.Compressor is { } codec)
            document["codecs"]!.AsArray().Add(JsonNode.Parse(Metadata.JsonDocuments.Write(codec.WriteV3)));
        return document;
    }

    /// <summary>A document's bytes, indented as others are.</summary>
    public static byte[] Bytes(JsonNode document) => Metadata.JsonDocuments.Write(writer => document.WriteTo(writer));

    private string DocumentName => Array.Format == 2 ? ZarrDocument.ArrayV2 : ZarrDocument.NodeV3;

    private VolumeShape ChunkSizes => new(Chunk.Z, Chunk.Y, Chunk.X);

    private bool Has(int axis) => _axes[axis] != ArrayAxes.None;

    private int Even(int axis)
    {
        long size = _axes.Pick(Array.Chunk, axis, 1);
        return checked((int)(size + size % 2));
    }

    private JsonArray Sizes(in VolumeShape shape)
    {
        var sizes = new JsonArray();
        if (Has(ArrayAxes.T)) sizes.Add((JsonNode)shape.T);
        if (Has(ArrayAxes.C)) sizes.Add((JsonNode)shape.C);
        sizes.Add((JsonNode)shape.Z);
        sizes.Add((JsonNode)shape.Y);
        sizes.Add((JsonNode)shape.X);
        return sizes;
    }

    private IEnumerable<StoreDocument> Attributes(string name)
    {
        if (AttributesNode() is { } attributes) yield return new StoreDocument($"{name}/{ZarrDocument.AttributesV2}", Bytes(attributes));
    }

    /// <summary>The documents of the groups between the image and the array, as of <c>scale0/image</c>, in their new places.</summary>
    private IEnumerable<StoreDocument> Between(string name)
    {
        string[] from = _name.Split('/'), to = name.Split('/');
        for (int depth = 1; depth < to.Length && depth < from.Length; depth++)
        {
            string old = string.Join('/', from[..depth]), made = string.Join('/', to[..depth]);
            foreach (string document in (string[])[ZarrDocument.GroupV2, ZarrDocument.AttributesV2, ZarrDocument.NodeV3])
            {
                if (old != made && ZarrDocument.Find(Path.Combine(_store.Path, old), document, SourceRoot.Anywhere) is { } found) yield return new StoreDocument($"{made}/{document}", found.Content);
            }
        }
    }
}
