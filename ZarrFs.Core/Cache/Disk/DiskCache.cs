using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources.Changes;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Cache.Disk;

/// <summary>
/// Chunks kept on a disk from run to run, in one directory a volume: <c>NAME-IDENTITY.ome.zarr</c>, a store of Zarr v3 in the making, with all
/// that is not a store's in <c>.zarrfs</c>. The identity stands for all that decides the bytes, so that what is found is right or is not found.
/// Shared by any number of processes.
/// </summary>
public sealed class DiskCache : IChunkDisk, IDisposable
{
    // To be changed whenever chunks are made otherwise from the same source and options.
    private const int Format = 1;

    private const int MostNameBytes = 100;

    private static readonly TimeSpan IdleEvery = TimeSpan.FromMinutes(1);

    private readonly DiskCacheOptions _options;
    private readonly IReadOnlyList<Multiscale> _multiscales;
    private readonly CacheDirectory _directory;
    private readonly Lock _changing = new();

    // Held while a directory is forced to the disk, settled or closed, so that none is closed meanwhile. Before the other, if both are.
    private readonly Lock _tending = new();
    private Slot?[] _slots = [];
    private CachedVolume[] _distinct = [];
    private readonly DiskLimit _limit;
    private readonly DiskWriter _writer;
    private readonly Task _loading;
    private long _synced;
    private bool _isDisposed;

    private DiskCache(
        DiskCacheOptions options, IReadOnlyList<Multiscale> volumes, IReadOnlyList<IReadOnlyList<OmeroChannel>> channels, CacheDirectory directory,
        DiskCacheCounters counters)
    {
        _options = options;
        _multiscales = volumes;
        _directory = directory;
        Counters = counters;
        for (int i = 0; i < volumes.Count; i++) Show(i, volumes[i], channels[i], isFirst: true);
        _limit = new DiskLimit(directory, () => Volatile.Read(ref _distinct), options.MaxBytes, options.IsLimitSaid);
        _writer = new DiskWriter(options.QueueBytes, Write, () => Try(Idle), IdleEvery);
        _loading = Task.Run(LoadAll);
    }

    /// <summary>What it has done so far.</summary>
    public DiskCacheCounters Counters { get; }

    /// <summary>Absolute path of its directory.</summary>
    public string Directory => _directory.Root;

    /// <summary>Most bytes of chunk files; where nobody has said a limit, never less than there are.</summary>
    public long MaxBytes => _options.IsLimitSaid ? _options.MaxBytes : Math.Max(_options.MaxBytes, Bytes);

    /// <summary>Bytes of the chunk files of all volumes in the directory, as far as they are known by now.</summary>
    public long Bytes => _limit.Bytes;

    /// <summary>Bytes of chunks that wait to be written.</summary>
    public long QueuedBytes => _writer.QueuedBytes;

    /// <summary>Ends when all is read and what is too much is gone.</summary>
    internal Task Loading => _loading;

    /// <summary>What has failed; for tests.</summary>
    internal DiskTrouble Trouble => _directory.Trouble;

    /// <summary>Opens a cache, at once: what is in it is read in the background. Trouble with the disk makes it smaller or empty, and is logged.</summary>
    /// <param name="options">Where, and how much.</param>
    /// <param name="volumes">The catalogue: a volume's place in it is its number in addresses.</param>
    /// <param name="channels">How the channels of each are displayed, for the metadata of what is complete.</param>
    /// <param name="logger">Told of trouble, once of each kind.</param>
    /// <exception cref="OptionException">The directory is a file, or has other files in it.</exception>
    public static DiskCache Open(
        DiskCacheOptions options, IReadOnlyList<Multiscale> volumes, IReadOnlyList<IReadOnlyList<OmeroChannel>> channels, ILogger logger)
    {
        var counters = new DiskCacheCounters();
        return new DiskCache(options, volumes, channels, CacheDirectory.Open(options.Directory, counters, logger), counters);
    }

    /// <summary>True if a directory is marked as a cache's.</summary>
    public static bool IsAt(string directory) => CacheDirectory.IsMarked(directory);

    /// <summary>The name of a volume's directory. The same source at another path is another: not even sizes and times tell two scans apart for sure.</summary>
    public static string NameOf(Multiscale volume)
    {
        string identity = ViewIdentity.Hash(
            string.Create(CultureInfo.InvariantCulture, $"{Format}|{ViewIdentity.Of(volume)}|{volume.Levels.Count}|{volume.Volume.Source.Path}"));
        int length = 0, bytes = 0;
        foreach (Rune rune in volume.Name.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > MostNameBytes) break;
            length += rune.Utf16SequenceLength;
        }

        return $"{volume.Name[..length]}-{identity}.ome.zarr";
    }

    /// <summary>
    /// Keeps one more volume of the list from now on. What changed files have left of an earlier state is not taken over, as at the start,
    /// since others of this process have the cache open.
    /// </summary>
    /// <param name="number">Its number.</param>
    /// <param name="volume">The volume.</param>
    /// <param name="channels">How its channels are displayed.</param>
    /// <returns>False if it cannot: its chunks are made each time.</returns>
    public bool TryAdd(int number, Multiscale volume, IReadOnlyList<OmeroChannel> channels)
    {
        CachedVolume added;
        try
        {
            added = Show(number, volume, channels, isFirst: false);
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            _directory.Trouble.WriteFailed(failure);
            return false;
        }

        _ = Task.Run(() => Try(() =>
        {
            added.Load();
            Settle(added);
            _limit.Keep();
        }));
        return true;
    }

    /// <summary>Closes what it has open of a volume that is not shown any more; its files stay. Nobody may be making chunks of it.</summary>
    public void Remove(int volume)
    {
        CachedVolume? unused = null;
        _writer.Drain();
        lock (_changing)
        {
            if (SlotOf(volume) is not { } slot) return;
            Slot?[] slots = [.. _slots];
            slots[volume] = null;
            Volatile.Write(ref _slots, slots);
            if (Array.TrueForAll(slots, other => other?.Kept != slot.Kept)) unused = slot.Kept;
            if (unused is not null) Volatile.Write(ref _distinct, [.. _distinct.Where(other => other != unused)]);
        }

        if (unused is null) return;
        _limit.LookSoon();
        lock (_tending) unused.Dispose();
    }

    /// <inheritdoc/>
    public bool Keeps(int volume, int level) => level > 0 || _options.Level0 switch
    {
        Level0Caching.Always => true,
        Level0Caching.Never => false,
        _ => _multiscales[volume].Volume.Source.Unit.IsDecoded,
    };

    /// <inheritdoc/>
    public bool Accepts(in ChunkAddress address) => SlotOf(address) is { } slot && !slot.Bad.Touch(address) && !slot.Kept.IsForgotten(slot.KeyOf(address));

    /// <inheritdoc/>
    public bool IsTaken(in ChunkAddress address) => SlotOf(address) is { } slot && slot.Kept.IsTaken(slot.KeyOf(address));

    /// <inheritdoc/>
    public CachedState StateOf(in ChunkAddress address) => SlotOf(address) is { } slot ? slot.Kept.StateOf(slot.KeyOf(address)) : CachedState.Missing;

    /// <inheritdoc/>
    public void Refresh()
    {
        foreach (CachedVolume volume in Volatile.Read(ref _distinct)) volume.Refresh();
    }

    /// <inheritdoc/>
    public CachedState TryRead(in ChunkAddress address, Span<byte> raw)
    {
        if (SlotOf(address) is not { } slot) return CachedState.Missing;
        CachedState state = slot.Kept.TryRead(slot.KeyOf(address), raw[..slot.Places[address.Level].ChunkBytes]);
        Count(state != CachedState.Missing);
        return state;
    }

    /// <inheritdoc/>
    public CachedFile? TryOpen(in ChunkAddress address)
    {
        if (SlotOf(address) is not { } slot) return null;
        CachedFile? file = slot.Kept.TryOpen(slot.KeyOf(address));
        if (file is not null) Counters.AddHit(); // a miss is counted by whoever reads it then
        return file;
    }

    /// <inheritdoc/>
    public bool Offer(in ChunkAddress address, ChunkBuffer chunk)
    {
        if (chunk.IsProvisional || !MayKeep(address) || !_directory.Trouble.MayWrite || StateOf(address) != CachedState.Missing) return true;
        bool isTaken = _writer.TryAdd(address, chunk);
        if (!isTaken) Counters.AddDropped();
        return isTaken;
    }

    /// <inheritdoc/>
    public bool TryPut(in ChunkAddress address, ReadOnlySpan<byte> raw)
    {
        if (!MayKeep(address) || SlotOf(address) is not { } slot) return false;
        CachedVolume volume = slot.Kept;
        if (!raw.IsEmpty) ArgumentOutOfRangeException.ThrowIfNotEqual(raw.Length, slot.Places[address.Level].ChunkBytes, nameof(raw));
        bool hasRoom = false;
        try
        {
            return volume.TryPut(slot.KeyOf(address), Zeros.IsAllZero(raw) ? [] : raw, () => hasRoom = _limit.TryBeginRoom(volume.FileBytes));
        }
        finally
        {
            if (hasRoom) _limit.EndRoom(volume.FileBytes);
        }
    }

    /// <inheritdoc/>
    public void Forget(int volume, Func<ChunkAddress, bool> which)
    {
        if (SlotOf(volume) is not { } slot) return;
        slot.Kept.Forget(key => which(slot.Places[key.Level].Keys.Address(volume, key.Level, key.Number)));
    }

    /// <inheritdoc/>
    public long CountOf(int volume, int level) => SlotOf(volume)?.Kept.CountOf(level) ?? 0;

    /// <summary>Waits until all that was offered is written, or could not be.</summary>
    public void Flush() => _writer.Drain();

    /// <summary>Writes what was offered, and closes all files.</summary>
    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _loading.Wait();
        _writer.Dispose();
        if (_directory.TryBeAlone())
        {
            foreach (CachedVolume volume in _distinct) volume.Compact();
        }

        lock (_tending)
        {
            foreach (CachedVolume volume in _distinct) volume.Dispose();
            Volatile.Write(ref _distinct, []);
        }

        _limit.Dispose();
        _directory.Dispose();
    }

    /// <summary>All that decides a volume's chunks but its source's files.</summary>
    private static string ViewOf(Multiscale volume) =>
        string.Create(CultureInfo.InvariantCulture, $"{Format}|{ViewIdentity.Of(volume, fingerprint: "")}|{volume.Levels.Count}");

    private CachedVolume Show(int number, Multiscale volume, IReadOnlyList<OmeroChannel> channels, bool isFirst)
    {
        IReadOnlyList<LevelPlace> places = StoreLayout.Places(volume, StoreFormat.Ome05, codec: null);
        Func<IReadOnlyList<StoreDocument>> documents = () => StoreLayout.Documents(volume, channels, StoreFormat.Ome05, null, volume.Volume.Source.Problems);
        string name = NameOf(volume);
        lock (_changing)
        {
            // Two names of one volume that are the same here too have one directory, and one keeper; what its metadata say is what the last of them says.
            CachedVolume? kept = Array.Find(_distinct, known => known.Name == name);
            if (kept is null)
            {
                SourceManifest? manifest = Adoption.ManifestOf(volume, ViewOf(volume));
                if (isFirst && manifest is not null) Adopt(volume, places, name, manifest);
                if (isFirst) Compact(name, VolumeLayout.Of(places));
                kept = new CachedVolume(_directory, name, VolumeLayout.Of(places), documents, () => manifest?.ToBytes());
                Volatile.Write(ref _distinct, [.. _distinct, kept]);
            }
            else
            {
                kept.Describe(documents);
            }

            // Volumes that could not be added have no slot.
            Volatile.Write(ref _slots, [.. _slots, .. new Slot?[number - _slots.Length], new Slot(kept, places, new BadPlanes(volume))]);
            return kept;
        }
    }

    private void Adopt(Multiscale volume, IReadOnlyList<LevelPlace> places, string name, SourceManifest manifest)
    {
        try
        {
            new Adoption(_directory, volume, places).TryAdopt(name, manifest);
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            _directory.Trouble.ReadFailed();
        }
    }

    /// <summary>Writes an index anew that no run has come to do at its end, as where each is killed. Without looking into others: that takes time.</summary>
    private void Compact(string name, VolumeLayout layout)
    {
        using var volume = new CachedVolume(_directory, name, layout, documents: null);
        if (!SharedIndex.IsMostlyGone(volume.IndexBytes, Enumerable.Range(0, layout.Levels).Sum(layout.Chunks))) return;
        _directory.TryAlone(() =>
        {
            volume.Load();
            volume.Compact();
        });
    }

    /// <summary>What keeps a chunk; null for what is not kept: previews, and volumes that are not shown any more.</summary>
    private Slot? SlotOf(in ChunkAddress address) => address.IsPreview ? null : SlotOf(address.Volume);

    private Slot? SlotOf(int volume)
    {
        Slot?[] slots = Volatile.Read(ref _slots);
        return volume < slots.Length ? slots[volume] : null;
    }

    private void Count(bool isHit)
    {
        if (isHit) Counters.AddHit();
        else Counters.AddMiss();
    }

    private bool MayKeep(in ChunkAddress address) =>
        SlotOf(address) is { } slot && Keeps(address.Volume, address.Level) && !slot.Bad.Touch(address);

    private void LoadAll()
    {
        Try(() =>
        {
            foreach (CachedVolume volume in _distinct)
            {
                volume.Load();
                Settle(volume);
            }

            _limit.Keep();
        });
    }

    private void Settle(CachedVolume volume)
    {
        lock (_tending)
        {
            if (Volatile.Read(ref _distinct).Contains(volume)) volume.Settle();
        }
    }

    /// <summary>Does what nobody waits for: whatever it fails with, chunks are served without.</summary>
    private void Try(Action work)
    {
        try
        {
            work();
        }
        catch (Exception failure)
        {
            _directory.Trouble.WriteFailed(failure);
        }
    }

    private void Write(ChunkAddress address, ChunkBuffer chunk) => TryPut(address, chunk.IsShared ? [] : chunk.Span);

    /// <summary>Once a minute: what a power failure or a kill costs is never more than was done since; what it leaves is taken over when it is made again.</summary>
    private void Idle()
    {
        _limit.Keep();
        lock (_tending)
        {
            foreach (CachedVolume volume in _distinct) volume.FlushUses();
            if (Counters.Writes == _synced || !_directory.Trouble.MayWrite) return;
            _synced = Counters.Writes;
            foreach (CachedVolume volume in _distinct) volume.TrySync();
        }
    }

    /// <summary>What belongs to the number of a volume.</summary>
    /// <param name="Kept">Its directory.</param>
    /// <param name="Places">Where the chunks of its levels are.</param>
    /// <param name="Bad">Which of them are not kept.</param>
    private sealed record Slot(CachedVolume Kept, IReadOnlyList<LevelPlace> Places, BadPlanes Bad)
    {
        public DiskKey KeyOf(in ChunkAddress address) => new(address.Level, Places[address.Level].Keys.Index(address));
    }
}
