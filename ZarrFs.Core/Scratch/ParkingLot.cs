using ZarrFs.Core.Failures;

namespace ZarrFs.Core.Scratch;

/// <summary>
/// Buffers that have to leave memory for a while, in one nameless file: unlike what <see cref="ChunkScratch"/> keeps they cannot be made
/// again, so trouble with the disk is an error. Safe from any thread.
/// </summary>
/// <param name="options">Where, and how much.</param>
internal sealed class ParkingLot(ScratchOptions options) : IDisposable
{
    private const int Page = 4096;

    private readonly Lock _sync = new();
    private readonly Dictionary<int, Stack<long>> _free = [];
    private FileStream? _stream;
    private long _end;

    /// <summary>Bytes of the file.</summary>
    public long Bytes
    {
        get
        {
            lock (_sync) return _end;
        }
    }

    /// <summary>Called before each write: a test's way to have a disk that is full.</summary>
    public Action? BeforeWrite { get; set; }

    /// <summary>Takes a place for a buffer; what it holds is undefined.</summary>
    /// <exception cref="StoreException">There is no room, or no file can be made.</exception>
    public ParkingPlace Take(int length)
    {
        lock (_sync)
        {
            if (_free.TryGetValue(length, out Stack<long>? free) && free.TryPop(out long offset)) return new ParkingPlace(this, offset, length);
            long bytes = ((long)length + Page - 1) / Page * Page;
            if (_end + bytes > options.MaxBytes)
                throw new StoreException(options.Directory, $"{_end} bytes of what has no room in memory are kept here, and {options.MaxBytes} are allowed; allow more, or give more memory");
            _stream ??= Open();
            offset = _end;
            _end += bytes;
            return new ParkingPlace(this, offset, length);
        }
    }

    /// <summary>Writes into a place that was taken.</summary>
    /// <exception cref="StoreException">The disk does not take it.</exception>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            BeforeWrite?.Invoke();
            RandomAccess.Write(_stream!.SafeFileHandle, bytes, offset);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Fails("written", failure);
        }
    }

    /// <summary>Reads back what was written; all of the destination must have been.</summary>
    /// <exception cref="StoreException">The disk does not give it back.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        try
        {
            while (!destination.IsEmpty)
            {
                int read = RandomAccess.Read(_stream!.SafeFileHandle, destination, offset);
                if (read == 0)
                {
                    destination.Clear(); // the file ends here since nothing was written further on
                    return;
                }

                destination = destination[read..];
                offset += read;
            }
        }
        catch (IOException failure)
        {
            throw Fails("read back", failure);
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Free(long offset, int length)
    {
        lock (_sync)
        {
            if (!_free.TryGetValue(length, out Stack<long>? free)) _free.Add(length, free = new Stack<long>());
            free.Push(offset);
        }
    }

    public void Dispose() => _stream?.Dispose();

    private FileStream Open()
    {
        try
        {
            return NamelessFile.Open(options.Directory);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Fails("kept", failure);
        }
    }

    private StoreException Fails(string what, Exception failure) =>
        new(options.Directory, $"what has no room in memory cannot be {what} here: {failure.Message}; give another directory, or more memory", failure);
}
