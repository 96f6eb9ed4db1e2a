using System.Globalization;

namespace ZarrFs.Core.Materialize.Journaling;

/// <summary>What a journal says, as far as it can be believed now.</summary>
/// <param name="path">The journal.</param>
/// <param name="header">Its first line.</param>
internal sealed class JournalContent(string path, JournalHeader header)
{
    public JournalHeader Header => header;

    /// <summary>Reads the header; null if it is none.</summary>
    public static JournalContent? TryRead(string path)
    {
        foreach ((string text, _) in JournalLines.Read(path))
            return JournalHeader.Parse(text) is { } header ? new JournalContent(path, header) : null;

        return null;
    }

    /// <summary>
    /// The records that count, in their order. After a kill those are all: what was given to the system is still there. If the system was
    /// started anew since, or the disk has refused something, its cache is lost, and of the runs only those count that are known to be on the disk.
    /// </summary>
    public IEnumerable<string> Records(string boot)
    {
        long synced = IsAllKept(boot) ? long.MaxValue : LastSynced();
        bool isHeader = true;
        foreach ((string text, long end) in JournalLines.Read(path))
        {
            if (!isHeader && (end <= synced || !text.StartsWith(Journal.Run, StringComparison.Ordinal))) yield return text;
            isHeader = false;
        }
    }

    /// <summary>True if everything that was given to the system is still there.</summary>
    public bool IsAllKept(string boot) => boot.Length > 0 && header.Boot == boot && !JournalLines.Read(path).Any(static line => line.Text == Journal.Lost);

    /// <summary>Bytes of all lines before the first that is torn.</summary>
    public long WholeLength()
    {
        long length = 0;
        foreach ((_, long end) in JournalLines.Read(path)) length = end;
        return length;
    }

    /// <summary>Bytes of the records that tell of things on the disk only.</summary>
    public long LastSynced()
    {
        long synced = 0;
        foreach ((string text, _) in JournalLines.Read(path))
        {
            if (text == Journal.Swapping) return long.MaxValue; // written when everything is on the disk
            if (text.StartsWith(Journal.Synced, StringComparison.Ordinal)
                && long.TryParse(text.AsSpan(Journal.Synced.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long offset))
                synced = Math.Max(synced, offset);
        }

        return synced;
    }
}
