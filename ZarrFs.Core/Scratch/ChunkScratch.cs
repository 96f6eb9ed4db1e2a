using Microsoft.Extensions.Logging;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;

namespace ZarrFs.Core.Scratch;

/// <summary>
/// Level-0 chunks of decoded sources that have no room in memory, on disk: reading one back takes a millisecond, making it again the
/// decoding of a whole slab. Least recently used chunk rows go first. Trouble with the disk makes it smaller, never a read fail.
/// </summary>
internal sealed class ChunkScratch : IDisposable
{
    private readonly IReadOnlyList<Multiscale> _volumes;
    private readonly PerVolume<bool> _kept;
    private readonly string _directory;
    private readonly ILogger _logger;
    private readonly int _mostFiles = Math.Clamp(DescriptorLimit.Current / 8, 4, 256);
    private readonly Lock _sync = new();
    private readonly Dictionary<(int Volume, long T, long C, long Z), ScratchFile> _files = [];
    private readonly List<ScratchFile> _toClose = [];
    private long _limit;
    private long _bytes;
    private long _uses;
    private bool _told;

    /// <param name="volumes">The catalogue.</param>
    /// <param name="options">Where, and how much.</param>
    /// <param name="logger">Told once if it fails.</param>
    public ChunkScratch(IReadOnlyList<Multiscale> volumes, ScratchOptions options, ILogger logger)
    {
        _volumes = volumes;
        _kept = new PerVolume<bool>(volumes, static volume => volume.Volume.Source.Unit.IsDecoded && FitsInFile(volume));
        _directory = options.Directory;
        _limit = options.MaxBytes;
        _logger = logger;
    }

    /// <summary>Bytes of chunks on disk.</summary>
    public long Bytes
    {
        get
        {
            lock (_sync) return _bytes;
        }
    }

    /// <summary>Files open now.</summary>
    public int OpenFiles
    {
        get
        {
            lock (_sync) return _files.Values.Count(file => file.IsOpen);
        }
    }

    /// <summary>True for what is kept here if it has to be: chunks that come from decoding.</summary>
    public bool IsKept(in ChunkAddress address) => address.Level == 0 && _kept[address.Volume];

    /// <summary>Called before each write: a test's way to have a disk that is full or broken.</summary>
    public Action? BeforeWrite { get; set; }

    /// <summary>True if the chunk can be read just now.</summary>
    public bool Contains(in ChunkAddress address)
    {
        if (!IsKept(address)) return false;
        lock (_sync) return _files.TryGetValue(Row(address), out ScratchFile? file) && file[file.Slot(address.Y, address.X)] >= SlotState.Present;
    }

    /// <summary>Reads a chunk back.</summary>
    /// <returns><see cref="SlotState.Present"/> if its bytes are in the destination, <see cref="SlotState.Zero"/> if it is all zero,
    /// <see cref="SlotState.Empty"/> if it is not here.</returns>
    public SlotState Read(in ChunkAddress address, Span<byte> destination)
    {
        if (!IsKept(address)) return SlotState.Empty;
        ScratchFile? file;
        long slot;
        lock (_sync)
        {
            if (!_files.TryGetValue(Row(address), out file)) return SlotState.Empty;
            slot = file.Slot(address.Y, address.X);
            if (file[slot] < SlotState.Present) return SlotState.Empty;
            file.LastUse = ++_uses;
            if (file[slot] == SlotState.Zero) return SlotState.Zero;
            file.Users++;
        }

        try
        {
            file.Read(slot, destination);
            return SlotState.Present;
        }
        catch (IOException failure)
        {
            Fail(file, failure);
            return SlotState.Empty;
        }
        finally
        {
            lock (_sync) Leave(file);
            CloseDropped();
        }
    }

    /// <summary>Forgets chunks that are no longer what they should be, those too that are being written.</summary>
    public void Remove(Func<ChunkAddress, bool> which)
    {
        lock (_sync)
        {
            foreach (ScratchFile file in _files.Values)
            {
                foreach (long slot in file.Known.ToArray())
                {
                    (long y, long x) = file.Place(slot);
                    if (!which(new ChunkAddress(file.Row.Volume, 0, file.Row.T, file.Row.C, file.Row.Z, y, x))) continue;
                    if (file.Writing.TryGetValue(slot, out ScratchSlot? writing)) writing.IsForgotten = true;
                    else if (file[slot] == SlotState.Present) file[slot] = SlotState.Dirty;
                    else if (file[slot] == SlotState.Zero) file[slot] = SlotState.Empty;
                }
            }
        }
    }

    /// <summary>Forgets all chunks of a volume, and gives their room back.</summary>
    public void Remove(int volume)
    {
        lock (_sync)
        {
            foreach (ScratchFile file in _files.Values.Where(file => file.Row.Volume == volume).ToArray()) Drop(file);
        }

        CloseDropped();
    }

    /// <summary>A place to write a chunk to; null if it is here already, somebody else is writing it, or there is no room.</summary>
    public ScratchSlot? TryBegin(in ChunkAddress address)
    {
        if (!IsKept(address)) return null;
        ScratchFile file;
        long slot;
        SlotState state;
        ScratchSlot? begun = null;
        lock (_sync)
        {
            if (_limit <= 0) return null;
            file = FileOf(address);
            slot = file.Slot(address.Y, address.X);
            state = file[slot];
            if (state is not (SlotState.Empty or SlotState.Dirty)) return null;
            file.Users++; // or it might be the one that has to go
            bool counted = state == SlotState.Dirty; // its bytes have been on disk all the time
            if ((counted || MakeRoom(file.SlotBytes)) && TryOpen(file))
            {
                if (!counted) Count(file, file.SlotBytes);
                file[slot] = SlotState.Writing;
                file.Writing[slot] = begun = new ScratchSlot(this, file, slot);
            }
            else
            {
                Leave(file);
            }
        }

        CloseDropped();
        if (begun is not null && state == SlotState.Dirty) Erase(file, slot);
        return begun;
    }

    /// <summary>Remembers that a chunk is all zero, which needs no bytes.</summary>
    public void AddZero(in ChunkAddress address)
    {
        if (!IsKept(address)) return;
        lock (_sync)
        {
            if (_limit <= 0) return;
            ScratchFile file = FileOf(address);
            long slot = file.Slot(address.Y, address.X);
            if (file[slot] == SlotState.Empty) file[slot] = SlotState.Zero;
        }

        CloseDropped();
    }

    public void Write(ScratchFile file, long slot, int offset, ReadOnlySpan<byte> bytes)
    {
        if (Volatile.Read(ref _limit) <= 0) return;
        try
        {
            BeforeWrite?.Invoke();
            file.Write(slot, offset, bytes);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Fail(file, failure);
        }
    }

    public bool End(ScratchSlot slot, bool complete)
    {
        ScratchFile file = slot.File;
        bool good;
        lock (_sync)
        {
            file.Writing.Remove(slot.Number);
            good = complete && !slot.IsForgotten && !file.IsDropped;
            file[slot.Number] = slot.HasBytes
                ? (good ? SlotState.Present : SlotState.Dirty)
                : (good ? SlotState.Zero : SlotState.Empty);
            // What was written takes room on the disk, of use or not.
            if (!slot.HasBytes && !file.IsDropped) Count(file, -file.SlotBytes);
            Leave(file);
        }

        CloseDropped();
        return good;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_sync)
        {
            _limit = 0;
            foreach (ScratchFile file in _files.Values.ToArray()) Drop(file);
        }

        CloseDropped();
    }

    private static bool FitsInFile(Multiscale volume)
    {
        ChunkGrid grid = volume.Levels[0].Grid;
        return (Int128)grid.Counts.Y * grid.Counts.X * volume.ChunkBytes < long.MaxValue;
    }

    private static (int Volume, long T, long C, long Z) Row(in ChunkAddress address) => (address.Volume, address.T, address.C, address.Z);

    private ScratchFile FileOf(in ChunkAddress address)
    {
        if (!_files.TryGetValue(Row(address), out ScratchFile? file))
        {
            if (_files.Count >= _mostFiles) DropOldest();
            Multiscale volume = _volumes[address.Volume];
            _files.Add(Row(address), file = new ScratchFile(Row(address), volume.Levels[0].Grid.Counts.X, volume.ChunkBytes));
        }

        file.LastUse = ++_uses;
        return file;
    }

    /// <summary>Makes a slot read as zero, so that zeros need not be written to it.</summary>
    private void Erase(ScratchFile file, long slot)
    {
        byte[] zeros = new byte[Math.Min(file.SlotBytes, 1 << 16)];
        for (int offset = 0; offset < file.SlotBytes; offset += zeros.Length)
            Write(file, slot, offset, zeros.AsSpan(0, Math.Min(zeros.Length, file.SlotBytes - offset)));
    }

    private bool MakeRoom(long bytes)
    {
        while (_bytes + bytes > _limit)
        {
            if (!DropOldest()) return false;
        }

        return true;
    }

    private bool DropOldest()
    {
        ScratchFile? oldest = _files.Values.Where(file => file.Users == 0).MinBy(file => file.LastUse);
        if (oldest is not null) Drop(oldest);
        return oldest is not null;
    }

    private bool TryOpen(ScratchFile file)
    {
        if (file.IsOpen) return true;
        try
        {
            file.Open(_directory);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Fail(file, failure);
            return false;
        }
    }

    /// <summary>Forgets a file that failed, and keeps no more from now on than what is left: the disk has shown that it has no room for more.</summary>
    private void Fail(ScratchFile file, Exception failure)
    {
        bool tell;
        long left;
        lock (_sync)
        {
            if (file.IsDropped) return;
            Drop(file);
            _limit = left = Math.Min(_limit, _bytes);
            tell = !_told;
            _told = true;
        }

        CloseDropped();
        if (tell) ScratchLog.Failed(_logger, _directory, failure.Message, left);
    }

    private void Drop(ScratchFile file)
    {
        _files.Remove(file.Row);
        _bytes -= file.Bytes;
        file.IsDropped = true;
        if (file.Users == 0) _toClose.Add(file);
    }

    private void Leave(ScratchFile file)
    {
        file.Users--;
        if (file.IsDropped && file.Users == 0) _toClose.Add(file);
    }

    private void Count(ScratchFile file, long bytes)
    {
        file.Bytes += bytes;
        _bytes += bytes;
    }

    /// <summary>Outside of the lock: closing a file without a name frees its blocks, which takes long where they are gigabytes.</summary>
    private void CloseDropped()
    {
        ScratchFile[] files;
        lock (_sync)
        {
            if (_toClose.Count == 0) return;
            files = [.. _toClose];
            _toClose.Clear();
        }

        foreach (ScratchFile file in files) file.Close();
    }
}
