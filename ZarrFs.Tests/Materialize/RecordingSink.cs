using System.Collections.Concurrent;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Building;

namespace ZarrFs.Tests.Materialize;

/// <summary>A store in memory, which keeps what it was given over several builds and fails where a test wants it to.</summary>
internal sealed class RecordingSink : IChunkSink
{
    private readonly ConcurrentDictionary<ChunkAddress, ChunkState> _states = new();
    private int _writes;
    private int _loads;

    public ConcurrentDictionary<ChunkAddress, byte[]> Chunks { get; } = new();

    /// <summary>Levels below are only read.</summary>
    public int FirstTaken { get; init; }

    /// <summary>Called before each write with its number, from 0; may throw or wait.</summary>
    public Action<int>? Writing { get; set; }

    public int Writes => _writes;

    public int Loads => _loads;

    public bool Takes(int level) => level >= FirstTaken;

    public ChunkState StateOf(in ChunkAddress address) => _states.GetValueOrDefault(address);

    public void Write(in ChunkAddress address, ReadOnlySpan<byte> raw)
    {
        Assert.True(Takes(address.Level), $"{address} was written");
        Assert.Equal(ChunkState.Missing, StateOf(address));
        Assert.True(raw.ContainsAnyExcept((byte)0), $"{address} is all fill");
        int number = Interlocked.Increment(ref _writes) - 1;
        Writing?.Invoke(number);
        Chunks[address] = raw.ToArray();
    }

    public void Complete(in ChunkRun run, ReadOnlySpan<bool> empty)
    {
        Assert.Equal(run.Chunks, empty.Length);
        for (int i = 0; i < run.Chunks; i++)
        {
            Assert.Equal(empty[i], !Chunks.ContainsKey(run[i]));
            _states[run[i]] = empty[i] ? ChunkState.Empty : ChunkState.Written;
        }
    }

    public void Load(in ChunkAddress address, Span<byte> raw)
    {
        Interlocked.Increment(ref _loads);
        Assert.Equal(ChunkState.Written, StateOf(address));
        Chunks[address].CopyTo(raw);
    }

    public static StoreException Full() => new("/test/store", "no space left");
}
