using System.Globalization;

namespace ZarrFs.Tests.Fuzz;

/// <summary>
/// One change to a file, in a form that can be written into a test: <c>cut 40</c>, <c>flip 41 7</c>, <c>put 42 00ffff</c>,
/// <c>noise 43 16 5</c> (offset, bytes, seed), <c>move 44 100 8</c> (to, from, bytes).
/// </summary>
internal sealed record Edit(string Verb, int At, string Argument = "")
{
    /// <summary>Reads several, with <c>;</c> between them.</summary>
    public static Edit[] ParseAll(string text) => [.. text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Parse)];

    public static byte[] Apply(byte[] file, IEnumerable<Edit> edits)
    {
        byte[] changed = [.. file];
        foreach (Edit edit in edits) changed = edit.Apply(changed);
        return changed;
    }

    public override string ToString() => Argument.Length == 0 ? $"{Verb} {At}" : $"{Verb} {At} {Argument}";

    private static Edit Parse(string text)
    {
        string[] words = text.Split(' ', 3);
        return new Edit(words[0], int.Parse(words[1], CultureInfo.InvariantCulture), words.Length > 2 ? words[2] : "");
    }

    /// <summary>Edits of a file that an earlier one has shortened do what is left to do.</summary>
    private byte[] Apply(byte[] file)
    {
        if (At >= file.Length) return file;
        int[] numbers = Verb == "put" ? [] : [.. Argument.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
        switch (Verb)
        {
            case "cut":
                return file[..At];
            case "flip":
                file[At] ^= (byte)(1 << numbers[0]);
                break;
            case "put":
                byte[] bytes = Convert.FromHexString(Argument);
                bytes.AsSpan(0, Math.Min(bytes.Length, file.Length - At)).CopyTo(file.AsSpan(At));
                break;
            case "noise":
                new Random(numbers[1]).NextBytes(file.AsSpan(At, Math.Min(numbers[0], file.Length - At)));
                break;
            case "move":
                int count = Math.Max(0, Math.Min(numbers[1], file.Length - Math.Max(At, numbers[0])));
                file.AsSpan(Math.Min(numbers[0], file.Length), count).CopyTo(file.AsSpan(At));
                break;
            default:
                throw new FormatException($"'{Verb}' is not an edit");
        }

        return file;
    }
}
