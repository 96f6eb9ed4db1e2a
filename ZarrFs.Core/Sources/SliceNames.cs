using System.Globalization;
using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Sources;

/// <summary>Which z each slice stands for, by its name.</summary>
internal static class SliceNames
{
    private const long MostSlices = int.MaxValue;
    private const string Digits = "0123456789";

    /// <summary>
    /// Gives the files by z. If all stems are numbers, z is the number (as scroll2zarr and khartes read them) and what is missing is a
    /// hole; if none is, z is the place in natural order.
    /// </summary>
    /// <exception cref="SourceException">Some stems are numbers and some are not, or two are the same number. Names both files.</exception>
    public static SortedList<long, SourceFile> Order(string directory, List<SourceFile> files)
    {
        SourceFile? numeric = files.Find(static file => IsNumeric(Stem(file)));
        SourceFile? named = files.Find(static file => !IsNumeric(Stem(file)));
        if (numeric is not null && named is not null)
        {
            throw new SourceException(
                directory, $"some slices are numbered ({numeric.Name}) and some are not ({named.Name}); expected one kind, so that z is certain");
        }

        return named is null ? ByNumber(directory, files) : ByPlace(files);
    }

    /// <summary>
    /// Finds the first place where names that otherwise count up by one (<c>img_0002.tif</c>, <c>img_0004.tif</c>) leave numbers out: placed
    /// by order, everything after it is nearer than it was.
    /// </summary>
    public static (SourceFile Before, SourceFile After)? FindSkip(IReadOnlyList<SourceFile> ordered)
    {
        (SourceFile, SourceFile)? skip = null;
        bool countsByOne = false;
        for (int i = 1; i < ordered.Count; i++)
        {
            ReadOnlySpan<char> before = Stem(ordered[i - 1]).TrimEnd(Digits);
            ReadOnlySpan<char> after = Stem(ordered[i]).TrimEnd(Digits);
            if (!before.SequenceEqual(after)) continue;
            if (!long.TryParse(Stem(ordered[i - 1])[before.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out long first)) continue;
            if (!long.TryParse(Stem(ordered[i])[after.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out long second)) continue;
            if (second == first + 1) countsByOne = true;
            else skip ??= (ordered[i - 1], ordered[i]);
        }

        return countsByOne ? skip : null;
    }

    /// <summary>True for names such as <c>00017.tif</c>.</summary>
    public static bool IsNumeric(ReadOnlySpan<char> stem) => !stem.IsEmpty && !stem.ContainsAnyExceptInRange('0', '9');

    /// <summary>The name without its extension.</summary>
    public static ReadOnlySpan<char> Stem(SourceFile file) => Path.GetFileNameWithoutExtension(file.Name.AsSpan());

    private static SortedList<long, SourceFile> ByNumber(string directory, List<SourceFile> files)
    {
        Dictionary<long, SourceFile> numbered = new(files.Count);
        foreach (SourceFile file in files)
        {
            if (!long.TryParse(Stem(file), NumberStyles.None, CultureInfo.InvariantCulture, out long z) || z >= MostSlices)
                throw new SourceException(Path.Combine(directory, file.Name), $"the slice number is too large, expected less than {MostSlices}");
            if (!numbered.TryAdd(z, file))
                throw new SourceException(directory, $"{numbered[z].Name} and {file.Name} both stand for z = {z}; expected one file a slice");
        }

        return new SortedList<long, SourceFile>(numbered);
    }

    private static SortedList<long, SourceFile> ByPlace(List<SourceFile> files)
    {
        files.Sort(static (a, b) => NaturalOrder.Instance.Compare(a.Name, b.Name));
        SortedList<long, SourceFile> placed = new(files.Count);
        for (int z = 0; z < files.Count; z++) placed.Add(z, files[z]);
        return placed;
    }
}
