namespace ZarrFs.Core.Materialize.Stores;

/// <summary>A bounded number of buffers for chunks as their files have them; who finds none free waits for one.</summary>
internal sealed class ByteBuffers(int count, int length) : IDisposable
{
    private readonly SemaphoreSlim _free = new(count);
    private readonly Stack<byte[]> _kept = new(count);

    /// <summary>Takes a buffer of undefined content; it goes back by <see cref="Return"/>.</summary>
    public byte[] Rent()
    {
        _free.Wait();
        lock (_kept)
        {
            if (_kept.TryPop(out byte[]? kept)) return kept;
        }

        return GC.AllocateUninitializedArray<byte>(length);
    }

    public void Return(byte[] buffer)
    {
        lock (_kept) _kept.Push(buffer);
        _free.Release();
    }

    public void Dispose() => _free.Dispose();
}
