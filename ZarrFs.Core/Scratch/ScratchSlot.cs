using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Scratch;

/// <summary>A chunk's place in a scratch file while it is being written, by any number of threads.</summary>
internal sealed class ScratchSlot(ChunkScratch scratch, ScratchFile file, long slot) : IScratchPlace
{
    private volatile bool _hasBytes;

    public ScratchFile File => file;

    public long Number => slot;

    /// <summary>True when the chunk has changed while it was written; guarded by the scratch's lock.</summary>
    public bool IsForgotten { get; set; }

    /// <summary>True if any byte of it is not zero. Zeros are not written: the file is sparse.</summary>
    public bool HasBytes => _hasBytes;

    /// <inheritdoc/>
    /// <remarks>What fails is told by <see cref="End"/>.</remarks>
    public void Write(int offset, ReadOnlySpan<byte> bytes)
    {
        if (Zeros.IsAllZero(bytes)) return;
        _hasBytes = true;
        scratch.Write(file, slot, offset, bytes);
    }

    /// <summary>To be called once, whatever has happened.</summary>
    /// <param name="complete">True if every byte has been written.</param>
    /// <returns>True if the chunk can be read from now on.</returns>
    public bool End(bool complete) => scratch.End(this, complete);
}
