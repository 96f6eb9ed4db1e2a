namespace ZarrFs.Tests.Chunks;

/// <summary>Tests that look at the process's heap run when no others do: what those keep would be taken for a leak.</summary>
[CollectionDefinition(nameof(HeapCollection), DisableParallelization = true)]
public sealed class HeapCollection;
