using System.Globalization;
using System.Text;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Materialize;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Host.Commands;

/// <summary>What <c>zarrfs materialize</c> prints about the store: before, with <c>--dry-run</c>, and after.</summary>
internal static class StoreSummary
{
    /// <summary>Type, format and compression, in words.</summary>
    public static string Kind(BuildScope scope, StoreFormat format, Compression compression)
    {
        string dialect = format switch
        {
            StoreFormat.Ome04 => "OME-Zarr 0.4 (Zarr v2)",
            StoreFormat.Ome05 => "OME-Zarr 0.5 (Zarr v3)",
            StoreFormat.Array2 => "a plain Zarr v2 array",
            _ => "a plain Zarr v3 array",
        };
        return $"{dialect}, {scope.Volume.Volume.DataType.Name()}, chunks of {scope.Volume.Chunk}, {(compression == Compression.None ? "not compressed" : compression.ToString())}";
    }

    /// <summary>A line for each level: shape, chunks, raw bytes of them all; and one for the sum where there are several.</summary>
    public static string Levels(BuildScope scope)
    {
        List<string[]> rows = [["level", "shape", "chunks", "at most"]];
        Int128 chunks = 0;
        foreach (Level level in scope.Volume.Levels)
        {
            Int128 count = Chunks(scope, level);
            VolumeShape shape = scope.OnlyLeading ? level.Shape with { T = 1, C = 1 } : level.Shape;
            rows.Add([level.Index.ToString(CultureInfo.InvariantCulture), shape.ToString(), count.ToString(CultureInfo.InvariantCulture), Bytes(scope, count)]);
            chunks += count;
        }

        if (scope.Volume.Levels.Count > 1) rows.Add(["all", "", chunks.ToString(CultureInfo.InvariantCulture), Bytes(scope, chunks)]);
        return Table(rows);
    }

    /// <summary>Raw bytes of all chunks.</summary>
    public static Int128 MostBytes(BuildScope scope)
    {
        Int128 chunks = 0;
        foreach (Level level in scope.Volume.Levels) chunks += Chunks(scope, level);
        return chunks * scope.Volume.ChunkBytes;
    }

    /// <summary>What to do with a finished store.</summary>
    public static string NextSteps(string path, string source, StoreFormat format)
    {
        bool isV2 = format is StoreFormat.Ome04 or StoreFormat.Array2, isArray = format is StoreFormat.Array2 or StoreFormat.Array3;
        var text = new StringBuilder();
        if (format == StoreFormat.Ome04) text.AppendLine($"  khartes, VC3D   open {path}");
        text.AppendLine(isV2 || isArray ? $"  python          zarr.open('{path}'){(isArray ? "" : "['0']")}[:]" : $"  python          zarr.open('{path}')['0'][:]     (zarr 3)");
        text.Append($"  check it        zarrfs verify '{path}' '{source}'");
        return text.ToString();
    }

    private static string Bytes(BuildScope scope, Int128 chunks) => Amounts.Bytes((double)chunks * scope.Volume.ChunkBytes);

    private static Int128 Chunks(BuildScope scope, Level level)
    {
        VolumeShape counts = level.Grid.Counts;
        return (scope.OnlyLeading ? 1 : (Int128)counts.T * counts.C) * counts.Z * counts.Y * counts.X;
    }

    private static string Table(List<string[]> rows)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        return string.Join('\n', rows.Select(row => "  " + string.Join("   ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()));
    }
}
