namespace ZarrFs.Core.Sources;

/// <summary>A <see cref="PlaneTable"/> the other way round: what the pages of each file stand for.</summary>
internal sealed class PlanePlaces
{
    private readonly PlanePlace[] _places;
    private readonly int[] _starts;
    private readonly Dictionary<SourceFile, int> _numbers;

    /// <param name="files">The files that the table's numbers mean.</param>
    /// <param name="planes">Where each plane is.</param>
    public PlanePlaces(IReadOnlyList<SourceFile> files, PlaneTable planes)
    {
        _numbers = new Dictionary<SourceFile, int>(files.Count);
        for (int i = 0; i < files.Count; i++) _numbers.Add(files[i], i);
        _places = [.. planes.All()];
        Array.Sort(_places, static (a, b) => (a.Plane.File, a.Plane.Page).CompareTo((b.Plane.File, b.Plane.Page)));
        _starts = new int[files.Count + 1];
        foreach (PlanePlace place in _places) _starts[place.Plane.File + 1]++;
        for (int i = 0; i < files.Count; i++) _starts[i + 1] += _starts[i];
    }

    /// <summary>What a file's pages stand for, by page; a page may stand for several planes, or for none.</summary>
    public ReadOnlySpan<PlanePlace> Of(SourceFile file)
    {
        int number = _numbers[file];
        return _places.AsSpan(_starts[number].._starts[number + 1]);
    }

    /// <summary>The box around the planes of a file, or of one of its pages; null where it has none.</summary>
    public PlaneSpan? Around(SourceFile file, int? page)
    {
        PlaneSpan? around = null;
        foreach (PlanePlace place in Of(file))
        {
            if (page is { } wanted && place.Plane.Page != wanted) continue;
            around = around?.With(place) ?? new PlaneSpan(place.T, place.C, place.Z, 1);
        }

        return around;
    }
}
