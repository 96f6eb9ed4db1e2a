namespace ZarrFs.Tests.Fuzz;

/// <summary>All trials of a run by number: first every systematic mutation of every file, then random ones without end.</summary>
internal sealed class FuzzCases(IReadOnlyList<(string Name, byte[] File)> files, int seed)
{
    private readonly (Mutations Mutations, long Start)[] _files = Number(files);

    /// <summary>Number of systematic mutations.</summary>
    public long Systematic => _files[^1].Start + _files[^1].Mutations.Systematic.Count;

    /// <summary>A trial: what it is, in words that <see cref="Edit.ParseAll"/> reads after the colon, and its bytes.</summary>
    public (string Name, byte[] File) Case(long number)
    {
        if (number >= Systematic) return Random(number - Systematic);
        int which = Array.FindLastIndex(_files, file => file.Start <= number);
        (Mutations mutations, long start) = _files[which];
        Edit edit = mutations.Systematic[(int)(number - start)];
        return ($"{files[which].Name}: {edit}", Edit.Apply(files[which].File, [edit]));
    }

    /// <summary>A random trial by number.</summary>
    public (string Name, byte[] File) Random(long number)
    {
        Random random = new(unchecked((int)(number * 1_000_003 + seed)));
        int which = random.Next(files.Count);
        Edit[] edits = _files[which].Mutations.Random(random);
        return ($"{files[which].Name}: {string.Join("; ", edits.AsEnumerable())}", Edit.Apply(files[which].File, edits));
    }

    private static (Mutations Mutations, long Start)[] Number(IReadOnlyList<(string Name, byte[] File)> files)
    {
        long start = 0;
        return [.. files.Select(file =>
        {
            (Mutations Mutations, long Start) numbered = (new Mutations(file.File), start);
            start += numbered.Mutations.Systematic.Count;
            return numbered;
        })];
    }
}
