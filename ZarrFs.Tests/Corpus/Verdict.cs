using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Corpus;

/// <summary>What becomes of a file of the test data.</summary>
/// <param name="Kind">In short.</param>
/// <param name="Text">For the table: <c>= hash</c>, <c>= GDAL</c>, or the message without the file's name.</param>
internal sealed record Verdict(VerdictKind Kind, string Text)
{
    // The manifest's sums are of the samples as they are stored; other readers may also carry the photometric interpretation out.
    private static readonly Photometric[] Both = [Photometric.Ignore, Photometric.Apply];

    /// <summary>What becomes of a file.</summary>
    /// <param name="entry">The file, and what the manifest says of it.</param>
    /// <param name="judges">For each other reader the sums of the pages, empty for those that it does not read: where the manifest has none.</param>
    public static Verdict Of(TestData.Entry entry, IReadOnlyDictionary<string, string[]> judges)
    {
        string path = TestData.Path(entry.File);
        bool isHalf = entry is { Format: "float", Bits: 16 };
        SourceException? failure = null;
        foreach (Photometric photometric in Both)
        {
            IReadOnlyList<ISource> sources = [];
            try
            {
                sources = SourceOpener.OpenAll(path, new SourceOptions { BadSlices = BadSlicePolicy.Fail, Photometric = photometric });
                ISource main = sources[0];
                if (entry.Pixels is not null)
                {
                    int samples = (int)Math.Max(1, entry.Samples);
                    if (entry.Axes.Append("ZYXS").Distinct().Any(axes => PixelSum.Of(main, axes, samples, isHalf) == entry.Pixels)) return new(VerdictKind.Right, "= hash");
                    // Pages of several sizes are several volumes, or not shown: those that are must be right all the same.
                    if (PixelSum.OfPages(path, isHalf, photometric) == entry.Pixels) return new(VerdictKind.Right, $"= hash, page by page; {main.Shape.Z} of {entry.Pages} shown");
                    continue;
                }

                string[] shown = [.. PixelSum.Planes(main)];
                foreach ((string reader, string[] pages) in judges)
                {
                    if (shown.Length == 0 || !IsPartOf(shown, pages)) continue;
                    return new(VerdictKind.Right, $"= {reader}{(shown.Length == pages.Length ? "" : $", {shown.Length} of {pages.Length} pages shown")}");
                }
            }
            catch (SourceException error)
            {
                failure ??= error;
            }
            finally
            {
                foreach (ISource source in sources) source.Dispose();
            }
        }

        if (failure is not null) return Refusal(failure);
        return new(VerdictKind.Other, entry.Pixels is not null || judges.Count > 0 ? "other voxels than others find" : "voxels; no other reader has any");
    }

    /// <summary>What becomes of a directory of slices: every file is a plane, in the order of the numbers in its name.</summary>
    /// <param name="directory">Path below the root.</param>
    /// <param name="files">The sum of each file by its path below the root; empty for one that cannot be read.</param>
    public static Verdict OfSlices(string directory, IReadOnlyDictionary<string, string> files)
    {
        string path = TestData.Path(directory);
        Dictionary<string, Queue<int>> places = new(StringComparer.Ordinal);
        foreach ((string sum, int place) in files.OrderBy(file => file.Key, NaturalNames).Select((file, place) => (file.Value, place)))
        {
            if (!places.TryGetValue(sum, out Queue<int>? equal)) places.Add(sum, equal = new Queue<int>());
            equal.Enqueue(place);
        }

        try
        {
            using ISource source = SourceOpener.Open(path, new SourceOptions { BadSlices = BadSlicePolicy.Fill, Photometric = Photometric.Ignore });
            VolumeShape shape = source.Shape;
            source.CheckAll(null, CancellationToken.None);
            SourceProblem[] bad = [.. source.Problems.Where(problem => problem.Kind == SourceProblemKind.Bad)];
            int planes = 0;
            for (long t = 0; t < shape.T; t++)
            {
                for (long c = 0; c < shape.C; c++)
                {
                    int last = -1;
                    for (long z = 0; z < shape.Z; z++)
                    {
                        if (bad.Any(problem => problem.Z == z)) continue;
                        if (!places.TryGetValue(PixelSum.OfPlane(source, t, c, z), out Queue<int>? equal) || !equal.TryDequeue(out int place))
                            return new(VerdictKind.Other, $"plane {(t, c, z)} is in no file");
                        if (place < last) return new(VerdictKind.Other, $"plane {(t, c, z)} is out of order");
                        last = place;
                        planes++;
                    }
                }
            }

            if (planes + bad.Length != files.Count) return new(VerdictKind.Other, $"{planes} planes of {files.Count} files");
            return bad.Length == 0
                ? new(VerdictKind.Right, $"= hashes, {shape}")
                : new(VerdictKind.Right, $"= hashes, {shape}, but for {string.Join("; ", bad.Select(problem => $"{Path.GetFileName(problem.Path)}: {problem.Message}"))}");
        }
        catch (SourceException error)
        {
            return Refusal(error);
        }
    }

    private static Comparer<string> NaturalNames { get; } = Comparer<string>.Create((a, b) => string.CompareOrdinal(Padded(a), Padded(b)));

    private static Verdict Refusal(SourceException error) => new(error is UnsupportedException ? VerdictKind.Refused : VerdictKind.Error, error.Detail);

    /// <summary>True if all of <paramref name="shown"/> are in <paramref name="pages"/>, in the same order.</summary>
    private static bool IsPartOf(string[] shown, string[] pages)
    {
        int at = 0;
        foreach (string page in pages)
        {
            if (at < shown.Length && page == shown[at]) at++;
        }

        return at == shown.Length;
    }

    /// <summary>So that 10 follows 9.</summary>
    private static string Padded(string name) => System.Text.RegularExpressions.Regex.Replace(
        name, "[0-9]+", match => match.Value.PadLeft(12, '0'), System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromMinutes(2));
}

/// <summary>What may become of a file.</summary>
internal enum VerdictKind
{
    /// <summary>The voxels that others find.</summary>
    Right,

    /// <summary>Well-formed, but of a kind that is not read.</summary>
    Refused,

    /// <summary>Malformed, and said so.</summary>
    Error,

    /// <summary>Voxels that no other reader finds.</summary>
    Other,
}
