using System.Globalization;
using System.Text;

namespace ZarrFs.Host.Mount;

/// <summary>The kernel's list of what is mounted where (proc_pid_mountinfo(5)).</summary>
internal static class MountTable
{
    /// <summary>The filesystem type of our mounts.</summary>
    public const string OwnType = "fuse.zarrfs";

    /// <summary>All mounts that this process sees.</summary>
    public static IReadOnlyList<MountEntry> Read() => Parse(File.ReadAllText("/proc/self/mountinfo"));

    /// <summary>The mount that a lookup of <paramref name="path"/> ends in, if one stands exactly there: of stacked ones the top one.</summary>
    public static MountEntry? TopmostAt(string path)
    {
        List<MountEntry> here = [.. Read().Where(entry => entry.Path == path)];
        return here.LastOrDefault(entry => here.TrueForAll(other => other.Parent != entry.Id));
    }

    /// <summary>Parses the file's text.</summary>
    /// <exception cref="FormatException">A line is not as the manual page has it.</exception>
    public static IReadOnlyList<MountEntry> Parse(string text)
    {
        var entries = new List<MountEntry>();
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries)) entries.Add(ParseLine(line));
        return entries;
    }

    private static MountEntry ParseLine(string line)
    {
        // 36 35 98:0 /root /mount/point options [optional fields] - type source super-options
        string[] fields = line.Split(' ');
        int separator = Array.IndexOf(fields, "-", Math.Min(6, fields.Length));
        if (separator < 0 || separator + 2 >= fields.Length) throw new FormatException($"mountinfo has a line without type and source: {line}");
        return new MountEntry(
            int.Parse(fields[0], CultureInfo.InvariantCulture),
            int.Parse(fields[1], CultureInfo.InvariantCulture),
            fields[2],
            Unescape(fields[4]),
            fields[separator + 1],
            Unescape(fields[separator + 2]));
    }

    // Space, tab, newline and backslash are written as a backslash and three octal digits.
    private static string Unescape(string field)
    {
        if (!field.Contains('\\')) return field;
        var plain = new StringBuilder(field.Length);
        for (int i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && i + 3 < field.Length && IsOctal(field[i + 1]) && IsOctal(field[i + 2]) && IsOctal(field[i + 3]))
            {
                plain.Append((char)(((field[i + 1] - '0') << 6) | ((field[i + 2] - '0') << 3) | (field[i + 3] - '0')));
                i += 3;
            }
            else
            {
                plain.Append(field[i]);
            }
        }

        return plain.ToString();
    }

    private static bool IsOctal(char c) => c is >= '0' and <= '7';
}
