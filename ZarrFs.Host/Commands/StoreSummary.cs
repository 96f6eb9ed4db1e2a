using System.Globalization;
using System.Text;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Host.Commands;

/// <summary>What <c>zarrfs materialize</c> prints about the store: before, with <c>--dry-run</c>, and after.</summary>
internal static class StoreSummary
{
    /// <summary>Dialect, type, chunks and compression of a new store.</summary>
    public static string Kind(Multiscale volume, StoreSettings store)
    {
        string dialect = store.Format switch
        {
            StoreFormat.Ome04 => "OME-Zarr 0.4 (Zarr v2)",
            StoreFormat.Ome05 => "OME-Zarr 0.5 (Zarr v3)",
            StoreFormat.Array2 => "a plain Zarr v2 array",
            _ => "a plain Zarr v3 array",
        };
        return $"{dialect}, {volume.Volume.DataType.Name()}, chunks of {volume.Chunk}, {(store.Compression == Compression.None ? "not compressed" : store.Compression.ToString())}";
    }

    /// <summary>A line for each level that is written: shape, chunks, raw bytes of them all; and one for the sum where there are several.</summary>
    public static string Levels(StoreWork work)
    {
        List<string[]> rows = [["level", "shape", "chunks", "at most"]];
        Int128 all = 0;
        foreach ((int number, Level level) in work.Levels)
        {
            Int128 chunks = Chunks(work.Scope, level);
            VolumeShape shape = work.Scope.OnlyLeading ? level.Shape with { T = 1, C = 1 } : level.Shape;
            rows.Add([number.ToString(CultureInfo.InvariantCulture), shape.ToString(), chunks.ToString(CultureInfo.InvariantCulture), Bytes(work, chunks)]);
            all += chunks;
        }

        if (rows.Count > 2) rows.Add(["all", "", all.ToString(CultureInfo.InvariantCulture), Bytes(work, all)]);
        return Table(rows);
    }

    /// <summary>Raw bytes of all chunks that are written.</summary>
    public static double MostBytes(StoreWork work) => work.Levels.Sum(level => (double)Chunks(work.Scope, level.Level)) * work.Scope.Volume.ChunkBytes;

    /// <summary>What to do with a finished store.</summary>
    public static string NextSteps(StoreWork work, StoreSettings store)
    {
        var text = new StringBuilder();
        if (work.FirstLevel > 0) return "";
        if (store.Format == StoreFormat.Ome04) text.AppendLine($"  khartes, VC3D   open {store.Path}");
        text.AppendLine($"  python          zarr.open('{store.Path}'){(store.IsArray ? "" : "['0']")}[:]{(store.IsV2 ? "" : "   (zarr 3)")}");
        text.AppendLine($"  serve it        zarrfs serve '{store.Path}'");
        text.AppendLine($"  check it        zarrfs verify '{store.Path}' '{work.Scope.Volume.Volume.Source.Path}'");
        return text.ToString();
    }

    private static string Bytes(StoreWork work, Int128 chunks) => Amounts.Bytes((double)chunks * work.Scope.Volume.ChunkBytes);

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
