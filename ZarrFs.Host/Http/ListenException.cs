namespace ZarrFs.Host.Http;

/// <summary>An address that cannot be listened on now: another program has it, or it is not there yet. Later it may be.</summary>
/// <param name="message">Which, and why not.</param>
public sealed class ListenException(string message) : Exception($"--listen: {message}");
