using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Codecs;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Building;

namespace ZarrFs.Core.Materialize;

/// <summary>
/// Takes chunks as a store does, encoded and on the same disk, but into a file that has no name and is gone when it is closed: what a trial
/// writes costs what a build's writing costs and leaves nothing.
/// </summary>
internal sealed class TrialSink : IChunkSink, IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly string _directory;
    private readonly Codec? _codec;
    private readonly BuildCounters _counters;
    private readonly long _mostBytes;
    private long _end;

    /// <param name="directory">An existing directory on the file system to be tried.</param>
    /// <param name="codec">Encodes chunks; null for none.</param>
    /// <param name="counters">Counts what is written.</param>
    /// <param name="mostBytes">Length of the file at most; from there on it is written over from its beginning.</param>
    /// <exception cref="StoreException">No file can be made there.</exception>
    public TrialSink(string directory, Codec? codec, BuildCounters counters, long mostBytes)
    {
        _directory = directory;
        _codec = codec;
        _counters = counters;
        _mostBytes = mostBytes;
        string path = Path.Combine(directory, $".zarrfs-trial-{Environment.ProcessId}-{Guid.NewGuid():N}");
        try
        {
            _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Delete);
            // At once, not on closing: a killed program closes nothing.
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _file?.Dispose();
            throw new StoreException(directory, $"nothing can be written there: {failure.Message}; name another place for the store, or make this one writable", failure);
        }
    }

    /// <inheritdoc/>
    public bool Takes(int level) => true;

    /// <inheritdoc/>
    public ChunkState StateOf(in ChunkAddress address) => ChunkState.Missing;

    /// <inheritdoc/>
    public void Write(in ChunkAddress address, ReadOnlySpan<byte> raw)
    {
        if (_codec is null)
        {
            // A store leaves what follows the last voxel that is not 0 to the file system.
            Append(raw[..(raw.LastIndexOfAnyExcept((byte)0) + 1)], raw.Length);
            return;
        }

        byte[] encoded = System.Buffers.ArrayPool<byte>.Shared.Rent((int)_codec.MostEncodedBytes(raw.Length));
        int length = _codec.Encode(raw, encoded);
        Append(encoded.AsSpan(0, length), length);
        System.Buffers.ArrayPool<byte>.Shared.Return(encoded);
    }

    /// <inheritdoc/>
    public void Complete(in ChunkRun run, ReadOnlySpan<bool> empty)
    {
        // A trial is never continued.
    }

    /// <inheritdoc/>
    public void Load(in ChunkAddress address, Span<byte> raw) => throw new NotSupportedException("a trial has no chunk from an earlier run");

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Append(ReadOnlySpan<byte> bytes, int length)
    {
        long place = Interlocked.Add(ref _end, bytes.Length) - bytes.Length;
        try
        {
            RandomAccess.Write(_file, bytes, place % Math.Max(1, _mostBytes - bytes.Length));
        }
        catch (IOException failure)
        {
            throw new StoreException(_directory, $"a trial could not be written there: {failure.Message}; make room, or name another place for the store", failure);
        }

        _counters.AddWritten(length);
    }
}
