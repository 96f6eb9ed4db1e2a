using System.Runtime.InteropServices;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Building;
using ZarrFs.Core.Materialize.Journaling;
using ZarrFs.Core.Materialize.Stores;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Materialize.Verifying;

/// <summary>
/// Compares a finished store with what a builder makes of the source: give it to the builder in a store's place. Everything is read once.
/// Safe from any thread.
/// </summary>
public sealed class StoreVerifier : IChunkSink, IDisposable
{
    private readonly string _store;
    private readonly IReadOnlyList<LevelPlace?> _levels;
    private readonly DifferenceList _differences = new();
    private readonly ByteBuffers _raw;
    private readonly ByteBuffers? _encoded;
    private long _chunks;

    private StoreVerifier(string store, IReadOnlyList<LevelPlace?> levels, int writers)
    {
        _store = store;
        _levels = levels;
        _raw = new ByteBuffers(writers, RawBytes(levels));
        if (EncodedBytes(levels) is > 0 and int length) _encoded = new ByteBuffers(writers, length);
    }

    /// <summary>Opens a finished store and compares its metadata.</summary>
    /// <param name="store">Its directory.</param>
    /// <param name="levels">Where each level's chunks must be; null for a level that is not compared.</param>
    /// <param name="documents">What its metadata must say.</param>
    /// <param name="writers">Most threads that the builder writes with.</param>
    /// <exception cref="StoreException">There is no finished store.</exception>
    public static StoreVerifier Open(string store, IReadOnlyList<LevelPlace?> levels, IReadOnlyList<StoreDocument> documents, int writers)
    {
        if (!Directory.Exists(store)) throw new StoreException(store, "is not there; expected a store's directory");
        if (File.Exists(new StorePaths(store).Journal))
            throw new StoreException(store, "is unfinished; run the command that was writing it once more, then verify");
        var verifier = new StoreVerifier(store, levels, writers);
        ArrayDocuments.Compare(store, documents, verifier._differences);
        return verifier;
    }

    /// <summary>Bytes of memory that a verifier takes at most.</summary>
    public static long MemoryBytes(IReadOnlyList<LevelPlace?> levels, int writers) =>
        writers * (RawBytes(levels) + levels.Max(place => place?.CodecBytes ?? 0));

    /// <inheritdoc/>
    public bool Takes(int level) => _levels[level] is not null;

    /// <inheritdoc/>
    public ChunkState StateOf(in ChunkAddress address) => ChunkState.Missing;

    /// <inheritdoc/>
    public void Write(in ChunkAddress address, ReadOnlySpan<byte> raw) => Compare(address, raw);

    /// <inheritdoc/>
    public void Complete(in ChunkRun run, ReadOnlySpan<bool> empty)
    {
        for (int i = 0; i < empty.Length; i++)
        {
            if (empty[i]) Compare(run[i], default);
        }
    }

    /// <inheritdoc/>
    public void Load(in ChunkAddress address, Span<byte> raw) => throw new InvalidOperationException("nothing was said to be there");

    /// <summary>Looks for files that are no chunks, and tells everything that was found. Once the builder is done.</summary>
    public StoreReport Report()
    {
        foreach (LevelPlace? place in _levels)
        {
            if (place is not null) FindExtra(place);
        }

        return _differences.Report(Interlocked.Read(ref _chunks));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _raw.Dispose();
        _encoded?.Dispose();
    }

    private static int RawBytes(IReadOnlyList<LevelPlace?> levels) => levels.Max(place => place?.ChunkBytes ?? 0);

    private static int EncodedBytes(IReadOnlyList<LevelPlace?> levels) => (int)levels.Max(place => place?.Codec is null ? 0 : place.MostFileBytes);

    /// <summary>Compares a chunk's file; nothing stands for all fill.</summary>
    private void Compare(in ChunkAddress address, ReadOnlySpan<byte> expected)
    {
        Interlocked.Increment(ref _chunks);
        int level = address.Level;
        LevelPlace place = _levels[level]!;
        string path = place.PathOf(address);
        byte[] buffer = _raw.Rent();
        try
        {
            Span<byte> found = buffer.AsSpan(0, place.ChunkBytes);
            if (!ChunkReading.TryRead(place, Path.Combine(_store, path), _encoded, found))
            {
                if (!expected.IsEmpty) Add(StoreDifferenceKind.Missing, "is missing, expected a chunk that is not all fill");
                return;
            }

            int same = expected.IsEmpty ? found.IndexOfAnyExcept((byte)0) : found.CommonPrefixLength(expected);
            if (same >= 0 && same < found.Length) _differences.Add(Differing(place, address, path, same, found, expected));
        }
        catch (StoreException failure)
        {
            Add(StoreDifferenceKind.Unreadable, failure.Message[(failure.Path.Length + 2)..]);
        }
        finally
        {
            _raw.Return(buffer);
        }

        void Add(StoreDifferenceKind kind, string message) => _differences.Add(new StoreDifference(kind, path, message) { Level = level });
    }

    private static StoreDifference Differing(
        LevelPlace place, in ChunkAddress address, string path, int at, ReadOnlySpan<byte> found, ReadOnlySpan<byte> expected)
    {
        int size = place.Type.Size();
        ChunkShape chunk = place.Keys.Grid.Chunk;
        long voxel = at / size;
        long[] place5 =
        [
            address.T, address.C, (address.Z * chunk.Z) + (voxel / ((long)chunk.Y * chunk.X)),
            (address.Y * chunk.Y) + (voxel / chunk.X % chunk.Y), (address.X * chunk.X) + (voxel % chunk.X),
        ];
        int start = at / size * size;
        string isNow = Text(found.Slice(start, size), place.Type);
        string mustBe = expected.IsEmpty ? "0" : Text(expected.Slice(start, size), place.Type);
        return new StoreDifference(
            StoreDifferenceKind.Voxels, path, $"voxel t {place5[0]}, c {place5[1]}, z {place5[2]}, y {place5[3]}, x {place5[4]} is {isNow}, expected {mustBe}")
        {
            Level = address.Level, Voxel = place5, Found = isNow, Expected = mustBe,
        };
    }

    private static string Text(ReadOnlySpan<byte> voxel, DataType type) => type switch
    {
        DataType.UInt8 => $"{voxel[0]}",
        DataType.Int8 => $"{(sbyte)voxel[0]}",
        DataType.UInt16 => $"{MemoryMarshal.Read<ushort>(voxel)}",
        DataType.Int16 => $"{MemoryMarshal.Read<short>(voxel)}",
        DataType.UInt32 => $"{MemoryMarshal.Read<uint>(voxel)}",
        DataType.Int32 => $"{MemoryMarshal.Read<int>(voxel)}",
        DataType.UInt64 => $"{MemoryMarshal.Read<ulong>(voxel)}",
        DataType.Int64 => $"{MemoryMarshal.Read<long>(voxel)}",
        DataType.Float32 => $"{MemoryMarshal.Read<float>(voxel)}",
        _ => $"{MemoryMarshal.Read<double>(voxel)}",
    };

    private void FindExtra(LevelPlace place)
    {
        string directory = Path.Combine(_store, place.Directory);
        if (!Directory.Exists(directory)) return;
        foreach (string file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
        {
            string key = Path.GetRelativePath(directory, file);
            if (StoreContents.IsDocument(key) || place.Keys.IsKey(key)) continue;
            string path = place.Directory.Length == 0 ? key : $"{place.Directory}/{key}";
            _differences.Add(new StoreDifference(StoreDifferenceKind.Extra, path, "is no chunk of this array"));
        }
    }
}
