namespace ZarrFs.Core.Sources;

/// <summary>Orders names as people do: runs of digits by their value, everything else by its characters. <c>img_2</c> before <c>img_10</c>.</summary>
internal sealed class NaturalOrder : IComparer<string>
{
    public static NaturalOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> a = x;
        ReadOnlySpan<char> b = y;
        while (!a.IsEmpty && !b.IsEmpty)
        {
            int order;
            if (char.IsAsciiDigit(a[0]) && char.IsAsciiDigit(b[0]))
            {
                ReadOnlySpan<char> left = TakeDigits(ref a);
                ReadOnlySpan<char> right = TakeDigits(ref b);
                // Without leading zeros the longer number is the larger one, whatever its length.
                order = left.Length != right.Length ? left.Length - right.Length : left.SequenceCompareTo(right);
            }
            else
            {
                order = a[0] - b[0];
                a = a[1..];
                b = b[1..];
            }

            if (order != 0) return order;
        }

        int rest = a.Length - b.Length;
        return rest != 0 ? rest : string.CompareOrdinal(x, y);
    }

    private static ReadOnlySpan<char> TakeDigits(ref ReadOnlySpan<char> text)
    {
        int count = 0;
        while (count < text.Length && char.IsAsciiDigit(text[count])) count++;
        ReadOnlySpan<char> digits = text[..count].TrimStart('0');
        text = text[count..];
        return digits;
    }
}
