using System.Globalization;

namespace ZarrFs.Host.Mount;

/// <summary>Who serves a mountpoint, as its lock file says.</summary>
/// <param name="Pid">The process; 0 if it has not written its number yet.</param>
/// <param name="Source">What it has mounted.</param>
/// <param name="MountPoint">Where.</param>
internal sealed record MountHolder(int Pid, string Source, string MountPoint)
{
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
