namespace ZarrFs.Core.Sources;

/// <summary>A <see cref="PlaneTable"/> the other way round: what the pages of each file stand for.</summary>
internal sealed class PlanePlaces
{
    private readonly PlanePlace[] _places;
    private readonly int[] _starts;

    /// <param name="files">The files that the table's numbers mean; they are told them.</param>
    /// <param name="planes">Where each plane is.</param>
    public PlanePlaces(IReadOnlyList<SourceFile> files, PlaneTable planes)
    {
        for (int i = 0; i < files.Count; i++) files[i].Number = i;
        _starts = new int[files.Count + 1];
        foreach (PlanePlace place in planes.All()) _starts[place.Plane.File + 1]++;
        for (int i = 0; i < files.Count; i++) _starts[i + 1] += _starts[i];
        _places = new PlanePlace[planes.Count];
        int[] next = _starts[..^1];
        foreach (PlanePlace place in planes.All()) _places[next[place.Plane.File]++] = place;
        for (int i = 0; i < files.Count; i++)
            _places.AsSpan(_starts[i].._starts[i + 1]).Sort(static (a, b) => a.Plane.Page.CompareTo(b.Plane.Page));
    }

    /// <summary>What a file's pages stand for, by page; a page may stand for several planes, or for none.</summary>
    public ReadOnlySpan<PlanePlace> Of(SourceFile file) => _places.AsSpan(_starts[file.Number].._starts[file.Number + 1]);

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
