using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Sources.Zarr;

/// <summary>Which dimension of an array is which of the axes that every volume has inside: t, c, z, y, x.</summary>
internal sealed class ArrayAxes
{
    public const int T = 0, C = 1, Z = 2, Y = 3, X = 4, Count = 5;

    /// <summary>No dimension.</summary>
    public const int None = -1;

    private static readonly string[] Usual = ["t", "c", "z", "y", "x"];

    private readonly int[] _dimensions;

    private ArrayAxes(int[] dimensions) => _dimensions = dimensions;

    /// <summary>The dimension of an axis, or <see cref="None"/>.</summary>
    public int this[int axis] => _dimensions[axis];

    /// <summary>
    /// Goes by the axes of OME-Zarr, else by the dimensions' own names (any order, y and x among them); where there are none, or others,
    /// the dimensions are the last ones of t c z y x.
    /// </summary>
    /// <exception cref="UnsupportedException">There are fewer than two dimensions or more than five.</exception>
    public static ArrayAxes Of(ZarrArray array, IReadOnlyList<OmeAxis> axes)
    {
        int count = array.Shape.Count;
        if (count is < 2 or > Count)
            throw new UnsupportedException(array.Document.Path, $"an array of {count} dimensions is not supported; 2 (y x) to 5 (t c z y x) are");
        IEnumerable<int>? found = null;
        if (axes.Count == count) found = axes.Select(static axis => AxisOf(axis.Name, axis.Type));
        else if (array.Names is { } names) found = names.Select(static name => AxisOf(name, type: null));
        int[] places = [.. found ?? []];
        if (places.Length != count || places.Contains(None) || places.Distinct().Count() != count || !places.Contains(Y) || !places.Contains(X))
            places = [.. Enumerable.Range(Count - count, count)];
        int[] dimensions = new int[Count];
        for (int axis = 0; axis < Count; axis++) dimensions[axis] = Array.IndexOf(places, axis);
        return new ArrayAxes(dimensions);
    }

    /// <summary>The value of an axis in a list of one for each dimension; <paramref name="missing"/> for an axis that the array lacks.</summary>
    public TValue Pick<TValue>(IReadOnlyList<TValue> values, int axis, TValue missing) =>
        _dimensions[axis] is >= 0 and var dimension && dimension < values.Count ? values[dimension] : missing;

    private static int AxisOf(string name, string? type) => type switch
    {
        "time" => T,
        "channel" => C,
        _ => name.ToLowerInvariant() switch { "time" => T, "channel" or "channels" => C, var letter => Array.IndexOf(Usual, letter) },
    };
}
