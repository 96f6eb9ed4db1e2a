namespace ZarrFs.Tests.Configuration;

/// <summary>Tests that change the process's environment run when no others do.</summary>
[CollectionDefinition(nameof(EnvironmentCollection), DisableParallelization = true)]
public sealed class EnvironmentCollection;
