namespace ZarrFs.Host.Http.Pictures;

/// <summary>Colours for the numbers of a segmentation: as grey, neighbours that differ by one would be one, and most of them black.</summary>
internal static class LabelColor
{
    // The golden ratio of 2⁶⁴: whole, since numbers of segments may have more digits than a double.
    private const ulong GoldenRatio = 0x9E37_79B9_7F4A_7C15;
    private const int Darkest = 96;

    /// <summary>0xRRGGBB; black for 0, which is no label. Numbers that follow one another get hues that are far apart, and never a dark colour.</summary>
    public static int Of(ulong label)
    {
        if (label == 0) return 0;
        double hue = 6 * (unchecked(label * GoldenRatio) / Math.Pow(2, 64));
        return (Sample(hue, 5) << 16) | (Sample(hue, 3) << 8) | Sample(hue, 1);
    }

    /// <summary>A sample of a full colour: HSV with a saturation that leaves no sample below <see cref="Darkest"/>.</summary>
    private static int Sample(double hue, int shift)
    {
        double k = (shift + hue) % 6;
        return (int)(255 - ((255 - Darkest) * Math.Clamp(Math.Min(k, 4 - k), 0, 1)));
    }
}
