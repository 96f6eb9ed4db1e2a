using System.Buffers;
using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Materialize.Stores;

namespace ZarrFs.Core.Cache.Disk;

/// <summary>
/// The file of a volume's index, which several processes append to: each batch of records by one write that the system puts at the end.
/// What is no record, such as what a full disk has left of one, is passed over.
/// </summary>
internal sealed class IndexLog : IDisposable
{
    /// <summary>Name of an index that is being written in the place of another.</summary>
    public const string FileNameOfNew = CacheDirectory.IndexFile + NewSuffix;

    private const string NewSuffix = ".new";
    private const int Block = 1 << 20;

    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly Lock _appending = new();
    private long _position;
    private bool _isClosed;

    private IndexLog(SafeFileHandle file, string path, bool canWrite)
    {
        _file = file;
        _path = path;
        CanWrite = canWrite;
    }

    /// <summary>False where it can only be read.</summary>
    public bool CanWrite { get; }

    /// <summary>Bytes of the file.</summary>
    public long Length => RandomAccess.GetLength(_file);

    /// <summary>False if somebody has deleted the file: what is appended is lost then.</summary>
    public bool IsInPlace
    {
        get
        {
            lock (_appending) return !_isClosed && FileStamp.Of(_file).HasName;
        }
    }

    /// <summary>Opens the file, and makes it if it is not there and can be made.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isShown">True to have the volume not dropped for as long as this is open. If false, the file is not made.</param>
    /// <exception cref="IOException">Neither can be done.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static IndexLog Open(string path, bool isShown = true)
    {
        try
        {
            return new IndexLog(OpenToAppend(path, isShown), path, canWrite: true);
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure) && File.Exists(path))
        {
            return new IndexLog(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), path, canWrite: false);
        }
    }

    /// <summary>Writes a new file in the place of one; by the only process that uses it.</summary>
    /// <exception cref="IOException">It cannot be written; the old one is still there.</exception>
    public static void Replace(string path, IEnumerable<IndexRecord> records)
    {
        string unfinished = path + NewSuffix;
        using (FileStream stream = new(unfinished, FileMode.Create, FileAccess.Write, FileShare.None, Block))
        {
            byte[] bytes = new byte[IndexRecord.Bytes];
            foreach (IndexRecord record in records)
            {
                record.Write(bytes);
                stream.Write(bytes);
            }

            stream.Flush(flushToDisk: true); // without its index the cache's files would be nobody's
        }

        File.Move(unfinished, path, overwrite: true);
    }

    /// <exception cref="IOException">It cannot be written.</exception>
    public void Append(params ReadOnlySpan<IndexRecord> records)
    {
        if (!CanWrite) throw new IOException($"{_path} can only be read");
        byte[] bytes = ArrayPool<byte>.Shared.Rent(records.Length * IndexRecord.Bytes);
        try
        {
            for (int i = 0; i < records.Length; i++) records[i].Write(bytes.AsSpan(i * IndexRecord.Bytes));
            lock (_appending)
            {
                if (_isClosed) throw new IOException($"{_path} is not open");
                // The system appends wherever it is told to write: that is what the file was opened for.
                RandomAccess.Write(_file, bytes.AsSpan(0, records.Length * IndexRecord.Bytes), Length);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>Gives the records that have come since the last time, by whomever.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public void ReadTail(Action<IndexRecord> take)
    {
        long length = Length;
        if (length - _position < IndexRecord.Bytes) return;
        byte[] block = ArrayPool<byte>.Shared.Rent((int)Math.Min(Block, length - _position));
        try
        {
            while (_position < length)
            {
                int read = RandomAccess.Read(_file, block, _position);
                int used = Parse(block.AsSpan(0, read), take);
                if (used == 0) break; // less than a record is left, perhaps of one that is being written
                _position += used;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    public void Dispose()
    {
        lock (_appending) _isClosed = true;
        // Closing does not let go of the lock for as long as a child that is just being started has a copy of the descriptor.
        if (OperatingSystem.IsLinux() && !_file.IsClosed) _ = Libc.flock(_file, Libc.Unlock);
        _file.Dispose();
    }

    private static SafeFileHandle OpenToAppend(string path, bool isShown)
    {
        if (!OperatingSystem.IsLinux())
            return File.OpenHandle(path, isShown ? FileMode.OpenOrCreate : FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        SafeFileHandle file = Libc.Open(path, Libc.ReadWrite | Libc.Append | (isShown ? Libc.Create : 0));
        if (isShown) _ = Libc.flock(file, Libc.LockShared | Libc.LockNonBlocking); // where there are no locks nothing is dropped either
        return file;
    }

    private static int Parse(ReadOnlySpan<byte> bytes, Action<IndexRecord> take)
    {
        int at = 0;
        while (bytes.Length - at >= IndexRecord.Bytes)
        {
            if (IndexRecord.TryRead(bytes[at..], out IndexRecord record))
            {
                take(record);
                at += IndexRecord.Bytes;
            }
            else
            {
                at++;
                at += IndexRecord.FindNext(bytes[at..]);
            }
        }

        return at;
    }
}
