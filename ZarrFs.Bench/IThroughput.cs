namespace ZarrFs.Bench;

/// <summary>A class of benchmarks each of which takes in the same number of bytes.</summary>
internal interface IThroughput
{
    /// <summary>Bytes that one invocation takes in, once the parameters are set.</summary>
    long Bytes { get; }
}
