using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Journaling;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Metadata;

namespace ZarrFs.Core.Cache.Disk;

/// <summary>
/// The directory of a disk cache: marked as one, so that nothing is ever written among somebody's files; with a place for unfinished files
/// of this process; and what all volumes in it have in common.
/// </summary>
internal sealed class CacheDirectory : IDisposable
{
    /// <summary>Name of the directory, in the cache's and in each volume's, of what is not a store's.</summary>
    public const string Own = ".zarrfs";

    /// <summary>Name of a volume's index in <see cref="Own"/>.</summary>
    public const string IndexFile = "index";

    /// <summary>Name of a volume's layout in <see cref="Own"/>.</summary>
    public const string LayoutFile = "volume.json";

    private const string Marker = "zarrfs-cache.json";
    private const int Version = 1;
    private const string TemporaryPrefix = "tmp-";
    private const string LockSuffix = ".lock";

    private readonly string _temporary;
    private readonly FileLock? _used;
    private readonly FileLock? _temporaryLock;
    private long _next;
    private ulong _nextId = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private long _now;

    private CacheDirectory(string root, DiskTrouble trouble)
    {
        Root = root;
        Trouble = trouble;
        Boot = BootNumber();
        string inside = Path.Combine(root, Own), random = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
        _temporary = Path.Combine(inside, $"{TemporaryPrefix}{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}-{random}");
        try
        {
            Directory.CreateDirectory(inside);
            using FileLock? starting = FileLock.TryTake(Path.Combine(inside, "starting"), exclusive: true, wait: true);
            DeleteLeftovers(inside);
            _temporaryLock = FileLock.TryTake(_temporary + LockSuffix, exclusive: true);
            Directory.CreateDirectory(_temporary);
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            trouble.WriteFailed(failure);
        }

        _used = FileLock.TryTake(Path.Combine(inside, "used"), exclusive: false, wait: true);
    }

    /// <summary>Absolute path.</summary>
    public string Root { get; }

    private string OpeningPath => Path.Combine(Root, Own, "opening");

    /// <summary>What has failed, for all volumes.</summary>
    public DiskTrouble Trouble { get; }

    /// <summary>A number for the run of the system at this moment; 0 if it does not say.</summary>
    public uint Boot { get; }

    /// <summary>Opens a directory, and makes it if it is not there.</summary>
    /// <exception cref="OptionException">It is a file, or has files in it and is no cache.</exception>
    public static CacheDirectory Open(string path, DiskCacheCounters counters, ILogger logger)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var trouble = new DiskTrouble(path, counters, logger);
        if (File.Exists(path)) throw new OptionException("--cache", $"{path} is a file; a directory is needed, a new one or that of another run");
        try
        {
            Directory.CreateDirectory(path);
            Mark(path);
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            trouble.WriteFailed(failure);
        }

        return new CacheDirectory(path, trouble);
    }

    /// <summary>True if a directory is marked as a cache's.</summary>
    public static bool IsMarked(string path) => File.Exists(Path.Combine(path, Marker));

    /// <summary>A path for a file that is being written.</summary>
    public string NextTemporary() => Path.Combine(_temporary, Interlocked.Increment(ref _next).ToString("x", CultureInfo.InvariantCulture));

    /// <summary>A number that no other put has, of whatever process; never 0.</summary>
    public ulong NextId() => Interlocked.Increment(ref _nextId) is var id && id != 0 ? id : Interlocked.Increment(ref _nextId);

    /// <summary>The time in ticks, and always later than the last time.</summary>
    public long Now()
    {
        long now = DateTime.UtcNow.Ticks, last = Interlocked.Read(ref _now);
        while (true)
        {
            long next = Math.Max(now, last + 1), seen = Interlocked.CompareExchange(ref _now, next, last);
            if (seen == last) return next;
            last = seen;
        }
    }

    /// <summary>The volumes' directories there are, by whomever, with their layouts.</summary>
    public List<(string Name, VolumeLayout Layout)> Volumes()
    {
        var volumes = new List<(string, VolumeLayout)>();
        try
        {
            foreach (string path in Directory.EnumerateDirectories(Root))
            {
                string layout = Path.Combine(path, Own, LayoutFile);
                if (!File.Exists(layout)) continue;
                if (VolumeLayout.Parse(File.ReadAllBytes(layout)) is { } parsed) volumes.Add((Path.GetFileName(path), parsed));
            }
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            Trouble.ReadFailed();
        }

        return volumes;
    }

    /// <summary>True if no other process has the cache open, and none will before <see cref="Dispose"/>.</summary>
    public bool TryBeAlone() => _used?.TryMakeExclusive() == true;

    /// <summary>
    /// Does something while no other process has the cache open, and none can open it; not at all if one has, or if that cannot be known. To be
    /// called before any volume is opened. Trouble with the disk ends it.
    /// </summary>
    public void TryAlone(Action work)
    {
        if (_used is null) return;
        try
        {
            if (_used.TryMakeExclusive()) work();
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            Trouble.WriteFailed(failure);
        }
        finally
        {
            _used.TryMakeShared();
        }
    }

    /// <summary>Keeps all volumes of the cache from being dropped until it is disposed; waits while one is. Null where there are no locks.</summary>
    public FileLock? TryOpenVolumes() => FileLock.TryTake(OpeningPath, exclusive: false, wait: true);

    /// <summary>Keeps all processes from opening a volume until it is disposed; null if one is just doing that, or there are no locks.</summary>
    public FileLock? TryCloseVolumes() => FileLock.TryTake(OpeningPath, exclusive: true);

    public void Dispose()
    {
        try
        {
            StoreRemoval.DeleteTree(_temporary);
            if (_temporaryLock is not null) File.Delete(_temporary + LockSuffix);
        }
        catch (Exception failure) when (StoreFailures.IsFromSystem(failure))
        {
            // Whoever opens the cache next deletes it.
        }

        _temporaryLock?.Dispose();
        _used?.Dispose();
    }

    private static void Mark(string path)
    {
        string marker = Path.Combine(path, Marker);
        if (!File.Exists(marker))
        {
            if (Directory.EnumerateFileSystemEntries(path).FirstOrDefault(entry => Path.GetFileName(entry) != "lost+found") is { } entry && !File.Exists(marker))
            {
                throw new OptionException(
                    "--cache", $"{path} has files in it ({Path.GetFileName(entry)}) and is no cache of zarrfs: there is no {Marker}. Give a new or empty directory");
            }
        }
        else if (new FileInfo(marker).Length > 0) // else somebody was killed before he had written it
        {
            if (VersionOf(File.ReadAllBytes(marker)) == Version) return;
            throw new OptionException(
                "--cache", $"{marker} is not of version {Version}: another version of zarrfs has made it. Give another directory, or delete that one");
        }

        File.WriteAllBytes(marker, JsonDocuments.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("zarrfs-cache", Version);
            writer.WriteEndObject();
        }));
    }

    private static int? VersionOf(byte[] marker)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(marker);
            return document.RootElement.GetProperty("zarrfs-cache").GetInt32();
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static uint BootNumber()
    {
        byte[] boot = Encoding.UTF8.GetBytes(JournalHeader.CurrentBoot());
        return boot.Length == 0 ? 0 : Math.Max(1, (uint)Checksum.Of(boot));
    }

    /// <summary>Deletes the unfinished files of processes that are no more.</summary>
    private static void DeleteLeftovers(string inside)
    {
        foreach (string path in Directory.EnumerateFiles(inside, TemporaryPrefix + "*" + LockSuffix))
        {
            using FileLock? held = FileLock.TryTake(path, exclusive: true);
            if (held is null) continue;
            StoreRemoval.DeleteTree(path[..^LockSuffix.Length]);
            File.Delete(path);
        }
    }
}
