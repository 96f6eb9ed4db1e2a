using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Sources;

namespace ZarrFs.Core.Materialize.Journaling;

/// <summary>
/// The list of what is done, beside a store that is being written: a header and then records, only ever appended. Safe from any thread.
/// </summary>
internal sealed class Journal : IDisposable
{
    /// <summary>Begins the record of a run whose chunks were given to the system.</summary>
    public const string Run = "run ";

    /// <summary>Begins the record of a run whose chunks are on the disk.</summary>
    public const string DurableRun = "durable-run ";

    /// <summary>Begins the record that says up to which offset all records before it tell of things on the disk.</summary>
    public const string Synced = "synced ";

    /// <summary>Begins the record of a <see cref="SourceProblem"/>.</summary>
    public const string Problem = "problem ";

    /// <summary>The record that all levels are whole and are being put in place.</summary>
    public const string Swapping = "swapping";

    private readonly SafeFileHandle _file;
    private readonly IDiskSync _sync;
    private readonly Lock _writing = new();
    private long _length;

    private Journal(SafeFileHandle file, long length, IDiskSync sync)
    {
        _file = file;
        _length = length;
        _sync = sync;
    }

    /// <summary>Bytes of all records so far.</summary>
    public long Length => Interlocked.Read(ref _length);

    /// <summary>Makes a journal with a header and records, in the place of any that is there; it is on the disk when it has its name.</summary>
    public static Journal Create(string path, JournalHeader header, IEnumerable<string> records, IDiskSync sync)
    {
        string unfinished = path + ".new";
        long length;
        using (var file = new FileStream(unfinished, FileMode.Create, FileAccess.Write, FileShare.Read))
        {
            file.Write(JournalLines.Format(header.ToString()));
            foreach (string record in records)
            {
                // Offsets in this file are others, and all that is kept is on the disk.
                if (!record.StartsWith(Synced, StringComparison.Ordinal)) file.Write(JournalLines.Format(record));
            }

            file.Write(JournalLines.Format($"{Synced}{file.Position}"));
            file.Flush();
            sync.File(file.SafeFileHandle);
            length = file.Length;
        }

        File.Move(unfinished, path, overwrite: true);
        sync.Directory(Path.GetDirectoryName(path)!);
        return Open(path, length, sync);
    }

    /// <summary>Opens a journal to append to it.</summary>
    /// <param name="path">The journal.</param>
    /// <param name="length">Where to go on; what is behind is cut off.</param>
    /// <param name="sync">Forces it to the disk.</param>
    public static Journal Open(string path, long length, IDiskSync sync)
    {
        SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            RandomAccess.SetLength(file, length);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        return new Journal(file, length, sync);
    }

    /// <summary>Appends a record; it is on the disk when this returns, if wanted.</summary>
    /// <returns>Its bytes.</returns>
    /// <exception cref="IOException">It could not be written; the journal is as before.</exception>
    public int Append(string record, bool durable)
    {
        byte[] line = JournalLines.Format(record);
        lock (_writing)
        {
            // What a failed attempt has left behind the end is overwritten by the next, or found to be torn.
            RandomAccess.Write(_file, line, _length);
            Interlocked.Add(ref _length, line.Length);
        }

        if (durable) _sync.File(_file);
        return line.Length;
    }

    public void Dispose() => _file.Dispose();
}
