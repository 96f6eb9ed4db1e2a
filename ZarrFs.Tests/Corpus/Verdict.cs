using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Corpus;

/// <summary>What becomes of a file of the test data.</summary>
/// <param name="Kind">In short.</param>
/// <param name="Text">For the table: <c>= hash</c>, <c>= GDAL</c>, or the message without the file's name.</param>
internal sealed record Verdict(VerdictKind Kind, string Text)
{
    /// <summary>What becomes of a file.</summary>
    /// <param name="entry">The file, and what others found in it.</param>
    /// <param name="judges">Sums that other readers give where the manifest has none.</param>
    public static Verdict Of(TestData.Entry entry, IReadOnlyDictionary<string, string> judges)
    {
        string path = TestData.Path(entry.File);
        SourceException? failure = null;
        bool read = false;
        // The manifest's sums are of the samples as they are stored; other readers may also carry the photometric interpretation out.
        foreach (Photometric photometric in (Photometric[])[Photometric.Ignore, Photometric.Apply])
        {
            foreach (Func<Photometric, IEnumerable<string>> way in (Func<Photometric, IEnumerable<string>>[])[AsVolume, AsPages])
            {
                try
                {
                    foreach (string sum in way(photometric))
                    {
                        if (Name(sum) is { } name) return new Verdict(VerdictKind.Right, $"= {name}{(way == AsPages ? ", page by page" : "")}");
                        read |= way == AsVolume;
                    }
                }
                catch (SourceException error)
                {
                    failure ??= error;
                }
            }
        }

        // A file that cannot be read as a volume is refused, whatever its single pages give.
        if (!read && failure is not null) return new Verdict(failure is UnsupportedException ? VerdictKind.Refused : VerdictKind.Error, Message(failure));
        return new Verdict(VerdictKind.Other, entry.Pixels is not null || judges.Count > 0 ? "other voxels than others find" : "voxels; no other reader has any");

        string? Name(string sum) => sum == entry.Pixels ? "hash" : judges.FirstOrDefault(judge => judge.Value == sum).Key;

        IEnumerable<string> AsVolume(Photometric photometric)
        {
            IReadOnlyList<ISource> sources = SourceOpener.OpenAll(path, new SourceOptions { BadSlices = BadSlicePolicy.Fail, Photometric = photometric });
            try
            {
                if (sources.Count > 1) yield break;
                ISource source = sources[0];
                int samples = entry.Samples > 1 ? (int)entry.Samples : photometric == Photometric.Apply && entry.Photometric == "PALETTE" ? 3 : 1;
                foreach (string axes in entry.Axes.Append("ZYXS").Distinct()) yield return PixelSum.Of(source, axes, samples, narrow: entry is { Format: "float", Bits: 16 });
                if (entry is { Format: "float", Bits: 16 }) yield return PixelSum.Of(source, "ZYXS", samples, narrow: false);
            }
            finally
            {
                foreach (ISource source in sources) source.Dispose();
            }
        }

        IEnumerable<string> AsPages(Photometric photometric) => [PixelSum.OfPages(path, entry is { Format: "float", Bits: 16 }, photometric)];
    }

    /// <summary>What becomes of a directory of slices: every file is a plane, in the order of the numbers in its name.</summary>
    /// <param name="directory">Path below the root.</param>
    /// <param name="entries">Its files.</param>
    public static Verdict OfSlices(string directory, IReadOnlyList<TestData.Entry> entries)
    {
        string path = TestData.Path(directory);
        Dictionary<string, Queue<int>> places = new(StringComparer.Ordinal);
        foreach ((TestData.Entry entry, int place) in entries.OrderBy(entry => entry.File, Comparer<string>.Create(CompareNumbers)).Select((entry, place) => (entry, place)))
        {
            if (entry.Pixels is null) continue;
            if (!places.TryGetValue(entry.Pixels, out Queue<int>? equal)) places.Add(entry.Pixels, equal = new Queue<int>());
            equal.Enqueue(place);
        }

        try
        {
            using ISource source = SourceOpener.Open(path, new SourceOptions { BadSlices = BadSlicePolicy.Fill, Photometric = Photometric.Ignore });
            VolumeShape shape = source.Shape;
            source.CheckAll(null, CancellationToken.None);
            if (source.Problems.FirstOrDefault(problem => problem.Kind == SourceProblemKind.Bad) is { } bad)
                return new Verdict(VerdictKind.Error, $"{source.Problems.Count} of {shape.Z} slices bad: {bad.Message.Replace(path + "/", "", StringComparison.Ordinal)}");
            int planes = 0;
            for (long t = 0; t < shape.T; t++)
            {
                for (long c = 0; c < shape.C; c++)
                {
                    int last = -1;
                    for (long z = 0; z < shape.Z; z++, planes++)
                    {
                        if (!places.TryGetValue(PixelSum.OfPlane(source, t, c, z), out Queue<int>? equal) || !equal.TryDequeue(out int place))
                            return new Verdict(VerdictKind.Other, $"plane {(t, c, z)} is in no file");
                        if (place < last) return new Verdict(VerdictKind.Other, $"plane {(t, c, z)} is out of order");
                        last = place;
                    }
                }
            }

            return planes == entries.Count
                ? new Verdict(VerdictKind.Right, $"= hashes, {shape}") : new Verdict(VerdictKind.Other, $"{planes} planes of {entries.Count} files");
        }
        catch (SourceException error)
        {
            return new Verdict(error is UnsupportedException ? VerdictKind.Refused : VerdictKind.Error, Message(error));
        }
    }

    private static string Message(SourceException error) => error.Detail;

    /// <summary>By the numbers in two names, so that 10 follows 9.</summary>
    private static int CompareNumbers(string? a, string? b)
    {
        return string.CompareOrdinal(Padded(a!), Padded(b!));

        static string Padded(string name) => System.Text.RegularExpressions.Regex.Replace(
            name, "[0-9]+", match => match.Value.PadLeft(12, '0'), System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));
    }
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
