using System.Globalization;

namespace ZarrFs.Core.Sources;

/// <summary>An axis whose indices are written in names.</summary>
internal sealed class NamedAxis
{
    // More digits than this do not fit, and are time stamps rather than places.
    private const int MostDigits = 18;

    private readonly Dictionary<string, long> _indices;

    private NamedAxis(Dictionary<string, long> indices)
    {
        _indices = indices;
        Count = indices.Count == 0 ? 1 : indices.Values.Max() + 1;
    }

    /// <summary>Number of indices, those that no name has included.</summary>
    public long Count { get; }

    /// <summary>Each value is one index: numbers by size (<c>01</c> and <c>1</c> are one), everything else in natural order.</summary>
    public static NamedAxis Ranked(IEnumerable<string?> values)
    {
        HashSet<string> distinct = Distinct(values);
        if (!distinct.All(IsNumber)) return new NamedAxis(InOrder(distinct.Order(NaturalOrder.Instance)));
        Dictionary<long, long> ranks = distinct.Select(Number).Distinct().Order().Index().ToDictionary(static pair => pair.Item, static pair => (long)pair.Index);
        return new NamedAxis(distinct.ToDictionary(static value => value, value => ranks[Number(value)], StringComparer.Ordinal));
    }

    /// <summary>
    /// Numbers count from the smallest of them in the step that they have in common, and a number that is left out leaves a hole; other
    /// values are ranked. <paramref name="absolute"/>: the number itself is the index.
    /// </summary>
    public static NamedAxis Counted(IEnumerable<string?> values, bool absolute)
    {
        HashSet<string> distinct = Distinct(values);
        if (!distinct.All(IsNumber)) return Ranked(distinct);
        long first = absolute || distinct.Count == 0 ? 0 : distinct.Min(Number);
        long step = absolute ? 1 : Math.Max(1, distinct.Aggregate(0L, (common, value) => GreatestCommonDivisor(common, Number(value) - first)));
        return new NamedAxis(distinct.ToDictionary(static value => value, value => (Number(value) - first) / step, StringComparer.Ordinal));
    }

    /// <summary>The index that a value stands for; 0 where names say nothing of the axis.</summary>
    public long IndexOf(string? value) => value is null ? 0 : _indices[value];

    /// <summary>True if a value is a number that can be an index.</summary>
    public static bool IsNumber(string value) => value.Length is > 0 and <= MostDigits && !value.AsSpan().ContainsAnyExceptInRange('0', '9');

    private static long Number(string value) => long.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture);

    private static HashSet<string> Distinct(IEnumerable<string?> values) => new(values.OfType<string>(), StringComparer.Ordinal);

    private static Dictionary<string, long> InOrder(IEnumerable<string> values) =>
        values.Index().ToDictionary(static pair => pair.Item, static pair => (long)pair.Index, StringComparer.Ordinal);

    private static long GreatestCommonDivisor(long a, long b)
    {
        while (b != 0) (a, b) = (b, a % b);
        return a;
    }
}
