namespace ZarrFs.Core.Materialize.Building;

/// <summary>A chunk that was there is gone or damaged, and <see cref="IChunkSink.StateOf"/> knows it by now: it is to be made again.</summary>
internal sealed class LostChunkException(string message) : Exception(message);
