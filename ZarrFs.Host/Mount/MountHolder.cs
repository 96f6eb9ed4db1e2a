using System.Globalization;

namespace ZarrFs.Host.Mount;

/// <summary>Who serves a mountpoint, as its lock file says.</summary>
/// <param name="Pid">The process; 0 if it has not written its number yet.</param>
/// <param name="Source">What it has mounted.</param>
/// <param name="MountPoint">Where.</param>
internal sealed record MountHolder(int Pid, string Source, string MountPoint)
{
    /// <summary>The process's state, as <c>proc_pid_stat(5)</c> has it: Z or X if it has ended but for threads of it that cannot; null if it is not there.</summary>
    public char? State
    {
        get
        {
            try
            {
                // Number, name in parentheses, which may have any character, state.
                string line = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{Pid}/stat"));
                return line[line.LastIndexOf(')') + 2];
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                return null; // it has just gone, or is another container's
            }
        }
    }

    /// <summary>Reads the text of a lock file; what is missing in it is left empty.</summary>
    public static MountHolder Parse(string text)
    {
        int pid = 0;
        string source = "";
        string mountPoint = "";
        foreach (string line in text.Split('\n'))
        {
            string[] parts = line.Split(' ', 2);
            if (parts.Length < 2) continue;
            if (parts[0] == "pid") _ = int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out pid);
            else if (parts[0] == "source") source = parts[1];
            else if (parts[0] == "mountpoint") mountPoint = parts[1];
        }

        return new MountHolder(pid, source, mountPoint);
    }

    /// <inheritdoc/>
    public override string ToString() => $"pid {Pid}\nsource {OneLine(Source)}\nmountpoint {OneLine(MountPoint)}\n";

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
