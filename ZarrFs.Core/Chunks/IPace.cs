namespace ZarrFs.Core.Chunks;

/// <summary>Holds work up that can wait while others want the machine.</summary>
public interface IPace
{
    /// <summary>
    /// Called before each small piece of work, a few milliseconds long; returns when it may be done, or at once when it is cancelled. Safe
    /// from any thread.
    /// </summary>
    void Wait(CancellationToken cancellationToken);
}
