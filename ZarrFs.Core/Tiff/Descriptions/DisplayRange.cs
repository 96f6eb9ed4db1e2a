namespace ZarrFs.Core.Tiff.Descriptions;

/// <summary>Display ranges as descriptions state them.</summary>
internal static class DisplayRange
{
    /// <summary>A range, or null unless both ends are finite and the second is greater.</summary>
    public static (double Start, double End)? Of(double? start, double? end) =>
        start is { } from && end is { } to && double.IsFinite(from) && double.IsFinite(to) && from < to ? (from, to) : null;
}
