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
    private readonly IReadOnlyList<LevelPlace>[] _places;
    private readonly BadPlanes[] _bad;
    private readonly CachedVolume[] _volumes;
    private readonly CachedVolume[] _distinct;
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
        _bad = [.. volumes.Select(volume => new BadPlanes(volume))];
        _places = [.. volumes.Select(volume => StoreLayout.Places(volume, StoreFormat.Ome05, codec: null))];
        // Two names of one volume that are the same here too have one directory, and one keeper.
        var byName = new Dictionary<string, CachedVolume>(StringComparer.Ordinal);
        _volumes = new CachedVolume[volumes.Count];
        for (int i = 0; i < volumes.Count; i++)
        {
            (Multiscale volume, IReadOnlyList<OmeroChannel> its, string name) = (volumes[i], channels[i], NameOf(volumes[i]));
            if (!byName.TryGetValue(name, out CachedVolume? known))
            {
                SourceManifest? manifest = Adoption.ManifestOf(volume, ViewOf(volume));
                if (manifest is not null) Adopt(volume, _places[i], name, manifest);
                Compact(name, VolumeLayout.Of(_places[i]));
                known = new CachedVolume(
                    directory, name, VolumeLayout.Of(_places[i]), () => StoreLayout.Documents(volume, its, StoreFormat.Ome05, null, volume.Volume.Source.Problems),
                    () => manifest?.ToBytes());
                byName.Add(name, known);
            }

            _volumes[i] = known;
        }

        _distinct = [.. byName.Values];
        _limit = new DiskLimit(directory, _distinct, options.MaxBytes, options.IsLimitSaid);
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

    /// <inheritdoc/>
    public bool Keeps(int volume, int level) => level > 0 || _options.Level0 switch
    {
        Level0Caching.Always => true,
        Level0Caching.Never => false,
        _ => _multiscales[volume].Volume.Source.Unit.IsDecoded,
    };

    /// <inheritdoc/>
    public bool Accepts(in ChunkAddress address) => !_bad[address.Volume].Touch(address) && !_volumes[address.Volume].IsForgotten(KeyOf(address));

    /// <inheritdoc/>
    public bool IsTaken(in ChunkAddress address) => _volumes[address.Volume].IsTaken(KeyOf(address));

    /// <inheritdoc/>
    public CachedState StateOf(in ChunkAddress address) =>
        IsOther(address) ? CachedState.Missing : _volumes[address.Volume].StateOf(KeyOf(address));

    /// <inheritdoc/>
    public void Refresh()
    {
        foreach (CachedVolume volume in _distinct) volume.Refresh();
    }

    /// <inheritdoc/>
    public CachedState TryRead(in ChunkAddress address, Span<byte> raw)
    {
        if (IsOther(address)) return CachedState.Missing;
        CachedState state = _volumes[address.Volume].TryRead(KeyOf(address), raw[..Place(address).ChunkBytes]);
        Count(state != CachedState.Missing);
        return state;
    }

    /// <inheritdoc/>
    public CachedFile? TryOpen(in ChunkAddress address)
    {
        if (IsOther(address)) return null;
        CachedFile? file = _volumes[address.Volume].TryOpen(KeyOf(address));
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
        if (!MayKeep(address)) return false;
        CachedVolume volume = _volumes[address.Volume];
        if (!raw.IsEmpty) ArgumentOutOfRangeException.ThrowIfNotEqual(raw.Length, Place(address).ChunkBytes, nameof(raw));
        bool hasRoom = false;
        try
        {
            return volume.TryPut(KeyOf(address), Zeros.IsAllZero(raw) ? [] : raw, () => hasRoom = _limit.TryBeginRoom(volume.FileBytes));
        }
        finally
        {
            if (hasRoom) _limit.EndRoom(volume.FileBytes);
        }
    }

    /// <inheritdoc/>
    public void Forget(int volume, Func<ChunkAddress, bool> which)
    {
        IReadOnlyList<LevelPlace> places = _places[volume];
        _volumes[volume].Forget(key => which(places[key.Level].Keys.Address(volume, key.Level, key.Number)));
    }

    /// <inheritdoc/>
    public long CountOf(int volume, int level) => _volumes[volume].CountOf(level);

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

        foreach (CachedVolume volume in _distinct) volume.Dispose();
        _limit.Dispose();
        _directory.Dispose();
    }

    /// <summary>All that decides a volume's chunks but its source's files.</summary>
    private static string ViewOf(Multiscale volume) =>
        string.Create(CultureInfo.InvariantCulture, $"{Format}|{ViewIdentity.Of(volume, fingerprint: "")}|{volume.Levels.Count}");

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

    private static bool IsOther(in ChunkAddress address) => address.IsPreview;

    private LevelPlace Place(in ChunkAddress address) => _places[address.Volume][address.Level];

    private DiskKey KeyOf(in ChunkAddress address) => new(address.Level, Place(address).Keys.Index(address));

    private void Count(bool isHit)
    {
        if (isHit) Counters.AddHit();
        else Counters.AddMiss();
    }

    private bool MayKeep(in ChunkAddress address) =>
        !address.IsPreview && Keeps(address.Volume, address.Level) && !_bad[address.Volume].Touch(address);

    private void LoadAll()
    {
        Try(() =>
        {
            foreach (CachedVolume volume in _distinct)
            {
                volume.Load();
                volume.Settle();
            }

            _limit.Keep();
        });
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
        foreach (CachedVolume volume in _distinct) volume.FlushUses();
        if (Counters.Writes == _synced || !_directory.Trouble.MayWrite) return;
        _synced = Counters.Writes;
        foreach (CachedVolume volume in _distinct) volume.TrySync();
    }
}
