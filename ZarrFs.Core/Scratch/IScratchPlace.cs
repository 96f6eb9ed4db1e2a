namespace ZarrFs.Core.Scratch;

/// <summary>A chunk's place on disk while it is being written, by any number of threads.</summary>
internal interface IScratchPlace
{
    /// <summary>Writes a part of the chunk.</summary>
    void Write(int offset, ReadOnlySpan<byte> bytes);
}
