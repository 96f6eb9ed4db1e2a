namespace ZarrFs.Core.Chunks;

/// <summary>An exact chunk costs more than when it was decided to make it, since what it was to be made of is gone: its reader gets a preview.</summary>
internal sealed class NotThereException() : Exception("what the chunk was to be made of is not there any more");
