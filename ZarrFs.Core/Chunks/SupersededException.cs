namespace ZarrFs.Core.Chunks;

/// <summary>A chunk was made while voxels that go into it changed: it may have old and new ones, nobody gets it, and it is made again.</summary>
internal sealed class SupersededException() : Exception("the source changed while the chunk was made");
