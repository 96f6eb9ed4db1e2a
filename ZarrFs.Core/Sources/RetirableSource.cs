using ZarrFs.Core.Failures;
using ZarrFs.Core.Sources.Changes;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources;

/// <summary>
/// A source that can be closed while others still hold it: reads under way end first, later ones fail. What it is stays known, since numbers and
/// addresses of its volumes may still be about; its files, tables and decoded voxels go.
/// </summary>
public sealed class RetirableSource : ISource
{
    private const int Retired = int.MinValue;

    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _fingerprint;
    private volatile ISource? _source;
    private int _users;

    /// <param name="source">The source; disposed with this.</param>
    public RetirableSource(ISource source)
    {
        _source = source;
        (Kind, Origin, Encoding, Path, Name) = (source.Kind, source.Origin, source.Encoding, source.Path, source.Name);
        (Shape, DataType, VoxelSize, TimeStep, Channels, Unit) = (source.Shape, source.DataType, source.VoxelSize, source.TimeStep, source.Channels, source.Unit);
        LastModified = source.LastModified;
        _fingerprint = source.Fingerprint;
    }

    /// <inheritdoc/>
    public string Kind { get; }

    /// <inheritdoc/>
    public string Origin { get; }

    /// <inheritdoc/>
    public string Encoding { get; }

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public string? Name { get; }

    /// <inheritdoc/>
    public VolumeShape Shape { get; }

    /// <inheritdoc/>
    public DataType DataType { get; }

    /// <inheritdoc/>
    public VoxelSize? VoxelSize { get; }

    /// <inheritdoc/>
    public TimeStep? TimeStep { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ChannelInfo> Channels { get; }

    /// <inheritdoc/>
    public ReadUnit Unit { get; }

    /// <inheritdoc/>
    public string Fingerprint => _source?.Fingerprint ?? _fingerprint;

    /// <inheritdoc/>
    public DateTimeOffset LastModified { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Others => _source?.Others ?? [];

    /// <inheritdoc/>
    public IReadOnlyList<SourceProblem> Problems => _source?.Problems ?? [];

    /// <inheritdoc/>
    public string CurrentFingerprint() => Use(static source => source.CurrentFingerprint());

    /// <inheritdoc/>
    public SourceLook Look() => Use(static source => source.Look());

    /// <inheritdoc/>
    public SourceManifest? Manifest() => Use(static source => source.Manifest());

    /// <inheritdoc/>
    public void TakeIn(IReadOnlyList<SourceChange> changes)
    {
        using Reading reading = Begin();
        reading.Source.TakeIn(changes);
    }

    /// <inheritdoc/>
    public bool Read(in Region region, Span<byte> destination)
    {
        using Reading reading = Begin();
        return reading.Source.Read(region, destination);
    }

    /// <inheritdoc/>
    public void CheckAll(IProgress<double>? progress, CancellationToken cancellationToken)
    {
        using Reading reading = Begin();
        reading.Source.CheckAll(progress, cancellationToken);
    }

    /// <summary>Lets nobody begin to read any more; ends when nobody reads.</summary>
    public Task RetireAsync()
    {
        int users;
        do users = Volatile.Read(ref _users);
        while (users >= 0 && Interlocked.CompareExchange(ref _users, users + Retired, users) != users);
        if (users == 0) _idle.TrySetResult();
        return _idle.Task;
    }

    /// <summary>Closes it, when nobody reads any more.</summary>
    public void Dispose()
    {
        RetireAsync().Wait();
        Interlocked.Exchange(ref _source, null)?.Dispose();
    }

    private T Use<T>(Func<ISource, T> ask)
    {
        using Reading reading = Begin();
        return ask(reading.Source);
    }

    private Reading Begin()
    {
        if (Interlocked.Increment(ref _users) > 0 && _source is { } source) return new Reading(this, source);
        End();
        throw new NotShownException(Path);
    }

    private void End()
    {
        if (Interlocked.Decrement(ref _users) == Retired) _idle.TrySetResult();
    }

    /// <summary>One use of the source, from its beginning to its disposal.</summary>
    private readonly ref struct Reading(RetirableSource owner, ISource source)
    {
        public ISource Source { get; } = source;

        public void Dispose() => owner.End();
    }
}
