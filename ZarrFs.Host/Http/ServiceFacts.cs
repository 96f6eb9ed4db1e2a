namespace ZarrFs.Host.Http;

/// <summary>What people are told about the service itself.</summary>
/// <param name="Version">Of the program.</param>
/// <param name="Uptime">Since the start.</param>
/// <param name="Requests">Answered since then.</param>
/// <param name="Connections">Open now.</param>
/// <param name="SentBytes">Bytes of bodies sent since the start.</param>
/// <param name="SentRate">The same a second, over the last seconds.</param>
/// <param name="MemoryUsed">Bytes of buffers in use, cached chunks among them.</param>
/// <param name="MemoryBudget">Most bytes of them.</param>
/// <param name="ReadRates">Bytes a second of voxels that the source of each volume gave over the last seconds, by the volume's name.</param>
internal sealed record ServiceFacts(
    string Version, TimeSpan Uptime, long Requests, long Connections, long SentBytes, double SentRate, long MemoryUsed, long MemoryBudget,
    IReadOnlyDictionary<string, double> ReadRates);
