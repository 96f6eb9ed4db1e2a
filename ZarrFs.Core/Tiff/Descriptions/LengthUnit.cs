using System.Collections.Frozen;

namespace ZarrFs.Core.Tiff.Descriptions;

/// <summary>Units of length by OME-Zarr's long names.</summary>
internal static class LengthUnit
{
    public const string Micrometer = "micrometer";

    private static readonly FrozenDictionary<string, double> Meters = new Dictionary<string, double>(StringComparer.Ordinal)
    {
        ["yottameter"] = 1e24, ["zettameter"] = 1e21, ["exameter"] = 1e18, ["petameter"] = 1e15, ["terameter"] = 1e12, ["gigameter"] = 1e9,
        ["megameter"] = 1e6, ["kilometer"] = 1e3, ["hectometer"] = 1e2, ["meter"] = 1, ["decimeter"] = 1e-1, ["centimeter"] = 1e-2,
        ["millimeter"] = 1e-3, [Micrometer] = 1e-6, ["nanometer"] = 1e-9, ["picometer"] = 1e-12, ["femtometer"] = 1e-15,
        ["attometer"] = 1e-18, ["zeptometer"] = 1e-21, ["yoctometer"] = 1e-24, ["angstrom"] = 1e-10, ["inch"] = 0.0254, ["foot"] = 0.3048,
        ["yard"] = 0.9144, ["mile"] = 1609.344, ["parsec"] = 3.0856775814913673e16,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // OME's UnitsLength, without those that have no length (pixel, reference frame) or no long name (dam, thou, li, ua, ly, pt).
    private static readonly FrozenDictionary<string, string> Symbols = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Ym"] = "yottameter", ["Zm"] = "zettameter", ["Em"] = "exameter", ["Pm"] = "petameter", ["Tm"] = "terameter", ["Gm"] = "gigameter",
        ["Mm"] = "megameter", ["km"] = "kilometer", ["hm"] = "hectometer", ["m"] = "meter", ["dm"] = "decimeter", ["cm"] = "centimeter",
        ["mm"] = "millimeter", ["\u00B5m"] = Micrometer, ["\u03BCm"] = Micrometer, ["um"] = Micrometer, ["nm"] = "nanometer",
        ["pm"] = "picometer", ["fm"] = "femtometer", ["am"] = "attometer", ["zm"] = "zeptometer", ["ym"] = "yoctometer",
        ["\u00C5"] = "angstrom", ["\u212B"] = "angstrom", ["in"] = "inch", ["ft"] = "foot", ["yd"] = "yard", ["mi"] = "mile", ["pc"] = "parsec",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The unit that an OME symbol means, or null for those that are no length (<c>pixel</c>) or not known.</summary>
    public static string? FromOme(string? symbol) => symbol is null ? Micrometer : Symbols.GetValueOrDefault(symbol.Trim());

    /// <summary>The unit that people write into ImageJ, or null for pixels and what is not known.</summary>
    public static string? FromImageJ(string stated)
    {
        string text = stated.Trim().Replace(@"\u00B5", "µ", StringComparison.OrdinalIgnoreCase).ToLowerInvariant();
        return text switch
        {
            "µm" or "μm" or "um" or "micron" or "microns" => Micrometer,
            "nm" => "nanometer",
            "mm" => "millimeter",
            "cm" => "centimeter",
            "m" => "meter",
            "km" => "kilometer",
            "å" or "a" => "angstrom",
            "pm" => "picometer",
            "in" or "inches" => "inch",
            _ => Spelled(text),
        };
    }

    /// <summary>True for a long name that stands for a length.</summary>
    public static bool IsName(string? name) => name is not null && Meters.ContainsKey(name);

    /// <summary>How many of the second unit one of the first is.</summary>
    public static double Factor(string from, string to) => Meters[from] / Meters[to];

    private static string? Spelled(string text)
    {
        string one = text.EndsWith('s') ? text[..^1] : text;
        one = one.EndsWith("metre", StringComparison.Ordinal) ? string.Concat(one.AsSpan(0, one.Length - 5), "meter") : one;
        return Meters.ContainsKey(one) ? one : null;
    }
}
