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

    /// <summary>The record that the disk has refused something: of what was not known to be on it nothing is believed any more.</summary>
    public const string Lost = "lost";

    private readonly SafeFileHandle _file;
    private readonly IDiskSync _sync;
    private readonly Lock _writing = new();
    private long _length;
    private long _synced;
    private Exception? _lost;

    private Journal(SafeFileHandle file, long length, long synced, IDiskSync sync)
    {
        _file = file;
        _length = length;
        _synced = synced;
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
                if (record != Lost && !record.StartsWith(Synced, StringComparison.Ordinal)) file.Write(JournalLines.Format(record));
            }

            file.Write(JournalLines.Format($"{Synced}{file.Position}"));
            file.Flush();
            sync.File(file.SafeFileHandle);
            length = file.Length;
        }

        File.Move(unfinished, path, overwrite: true);
        sync.Directory(Path.GetDirectoryName(path)!);
        return Open(path, length, length, sync);
    }

    /// <summary>Opens a journal to append to it.</summary>
    /// <param name="path">The journal.</param>
    /// <param name="length">Where to go on; what is behind is cut off.</param>
    /// <param name="synced">Bytes of the records that tell of things on the disk only.</param>
    /// <param name="sync">Forces it to the disk.</param>
    public static Journal Open(string path, long length, long synced, IDiskSync sync)
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

        return new Journal(file, length, Math.Min(length, synced), sync);
    }

    /// <summary>Appends a record; it is on the disk when this returns, if wanted.</summary>
    /// <returns>Its bytes.</returns>
    /// <exception cref="IOException">It could not be written; the journal is as before.</exception>
    public int Append(string record, bool durable)
    {
        byte[] line = JournalLines.Format(record);
        lock (_writing)
        {
            if (_lost is not null) throw new IOException(_lost.Message, _lost.HResult);

            // What a failed attempt has left behind the end is overwritten by the next, or found to be torn.
            RandomAccess.Write(_file, line, _length);
            Interlocked.Add(ref _length, line.Length);
        }

        if (durable) _sync.File(_file);
        return line.Length;
    }

    /// <summary>Says that all before an offset tells of things on the disk; it is on the disk itself when this returns.</summary>
    /// <returns>The bytes of that record.</returns>
    public int AppendSynced(long offset)
    {
        int length = Append($"{Synced}{offset}", durable: true);
        Interlocked.Exchange(ref _synced, offset);
        return length;
    }

    /// <summary>
    /// Says that the disk has refused something, and takes no more records. The system keeps what it could not write for a while as if it had
    /// been written, and does not tell twice: whoever goes on would believe it.
    /// </summary>
    /// <param name="failure">What <see cref="Append"/> fails with from now on.</param>
    public void Lose(Exception failure)
    {
        lock (_writing)
        {
            if (_lost is not null) return;
            _lost = failure;
            byte[] line = JournalLines.Format(Lost);
            try
            {
                RandomAccess.Write(_file, line, _length);
                Interlocked.Add(ref _length, line.Length);
                _sync.File(_file);
            }
            catch (Exception refused) when (StoreFailures.IsFromSystem(refused))
            {
                CutUnsynced();
            }
        }
    }

    private void CutUnsynced()
    {
        try
        {
            RandomAccess.SetLength(_file, _synced);
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            // Such a disk keeps nothing that could be gone on with either.
        }
    }

    public void Dispose() => _file.Dispose();
}
