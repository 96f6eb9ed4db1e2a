namespace ZarrFs.Core.Tiff.Descriptions;

/// <summary>Lookup tables of 256 entries, all reds first, then greens, then blues, a byte each.</summary>
internal static class LookupTable
{
    /// <summary>Bytes of a table.</summary>
    public const int Bytes = 3 * Entries;

    private const int Entries = 256;

    // Rounding up or down, and 16-bit colours cut to 8 bits.
    private const int Tolerance = 2;

    /// <summary>The colour 0xRRGGBB that a table leads to from black in even steps, white for grey; null for any other table.</summary>
    public static int? Color(ReadOnlySpan<byte> table)
    {
        if (table.Length != Bytes) throw new ArgumentException($"{table.Length} bytes, expected {Bytes}", nameof(table));
        int color = 0;
        for (int component = 0; component < 3; component++)
        {
            ReadOnlySpan<byte> values = table.Slice(component * Entries, Entries);
            int last = values[^1];
            for (int i = 0; i < Entries; i++)
            {
                if (Math.Abs(values[i] - i * last / (Entries - 1d)) > Tolerance) return null;
            }

            color = color << 8 | last;
        }

        return color == 0 ? null : color;
    }
}
