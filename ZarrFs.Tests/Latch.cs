namespace ZarrFs.Tests;

/// <summary>
/// Where threads wait until a test opens it, or ends: a test that fails while some wait must not hang, since what it disposes of next waits for them.
/// </summary>
/// <param name="isOpen">From the beginning.</param>
internal sealed class Latch(bool isOpen = false) : IDisposable
{
    // Not disposed of: whoever waits is only just about to leave it.
    private readonly ManualResetEventSlim _event = new(isOpen);

    public bool IsOpen => _event.IsSet;

    public void Wait() => _event.Wait();

    public bool Wait(TimeSpan most) => _event.Wait(most);

    public void Open() => _event.Set();

    public void Dispose() => Open();
}
