using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Tree;

namespace ZarrFs.Host.Mount;

/// <summary>Mounts when the program starts, serves while it runs, unmounts when it stops.</summary>
public sealed partial class MountService : IHostedService, IDisposable
{
    private readonly MountOptions _options;
    private readonly IFileTree _tree;
    private readonly IChunkReader _chunks;
    private readonly ExtendedAttributes _extended;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ILogger<MountService> _logger;
    private MountPoint? _mount;
    private FuseSession? _session;
    private bool _serving;
    private volatile bool _stopping;

    /// <param name="options">Where and how.</param>
    /// <param name="tree">What is shown.</param>
    /// <param name="chunks">Gives the chunks' bytes.</param>
    /// <param name="extendedAttributes">The extended attributes of a node, names with the <c>user.</c> prefix.</param>
    /// <param name="lifetime">Stopped when somebody else unmounts the filesystem.</param>
    /// <param name="logger">Gets the mount's life and its failures.</param>
    public MountService(
        MountOptions options,
        IFileTree tree,
        IChunkReader chunks,
        Func<Node, IReadOnlyList<(string Name, byte[] Value)>> extendedAttributes,
        IHostApplicationLifetime lifetime,
        ILogger<MountService> logger)
    {
        _options = options;
        _tree = tree;
        _chunks = chunks;
        _extended = new ExtendedAttributes(extendedAttributes);
        _lifetime = lifetime;
        _logger = logger;
    }

    /// <summary>Mounts; the filesystem answers when this returns.</summary>
    /// <exception cref="MountException">It cannot be done; the program does not start.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _mount = MountPoint.Mount(_options, IMounter.ForThisUser, _logger);
        try
        {
            _session = new FuseSession(new FuseDevice(_mount.Connection, _logger), _tree, _chunks, _extended, _options, _logger);
            _session.Start();
        }
        catch
        {
            // Closed first: unmounting asks the filesystem, and nobody would answer.
            Dispose();
            throw;
        }

        _serving = true;
        if (!_mount.TrySetReadAhead(_options.ReadAheadKiB)) LogReadAheadNotSet(_mount.Path, _options.ReadAheadKiB);
        LogMounted(_mount.Path);
        _ = WatchAsync(_session.Completion, _mount.Path);
        return Task.CompletedTask;
    }

    /// <summary>False if the mount has answered nothing since this was asked before, though it was asked.</summary>
    public bool IsAnswering() => _session is null || _session.IsAnswering();

    /// <summary>Unmounts. With files open, goes on serving them until they are closed, the host's patience ends or a signal comes again.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_mount is null || _session is null) return;
        _stopping = true;
        using var impatience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Before anybody is asked to interrupt again.
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => impatience.Cancel());
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => impatience.Cancel());
        try
        {
            UnmountOutcome outcome = _mount.Unmount();
            if (outcome == UnmountOutcome.Detached) LogDetached(_mount.Path);
            await _session.Completion.WaitAsync(impatience.Token);
            LogUnmounted(_mount.Path);
        }
        catch (OperationCanceledException)
        {
            LogFilesLeftOpen(_mount.Path);
        }
        catch (MountException failure)
        {
            LogNotUnmounted(failure.Message);
        }
    }

    /// <summary>Closes the connection and gives the mountpoint free.</summary>
    public void Dispose()
    {
        // Never stopped: another service of the program could not start. What is still mounted then would stay as a dead mount.
        if (_serving && !_stopping) Abandon(_mount!);
        _session?.Dispose();
        _mount?.Connection.Dispose();
        _mount?.Dispose();
    }

    private void Abandon(MountPoint mount)
    {
        _stopping = true;
        try
        {
            mount.Unmount();
            LogUnmounted(mount.Path);
        }
        catch (MountException failure)
        {
            LogNotUnmounted(failure.Message);
        }
    }

    private async Task WatchAsync(Task completion, string path)
    {
        await completion;
        if (_stopping) return;
        LogUnmountedByOthers(path);
        _lifetime.StopApplication();
    }

    // The announcement says it to people.
    [LoggerMessage(LogLevel.Debug, "Mounted on {Path}.")]
    private partial void LogMounted(string path);

    [LoggerMessage(LogLevel.Information, "Read-ahead of {Path} stays at the kernel's 128 KiB; {KiB} KiB takes root and a writable /sys.")]
    private partial void LogReadAheadNotSet(string path, int kib);

    [LoggerMessage(LogLevel.Information, "Unmounted {Path}.")]
    private partial void LogUnmounted(string path);

    [LoggerMessage(LogLevel.Warning, "{Path} is in use: out of sight now, open files are served until closed. Interrupt again to end at once.")]
    private partial void LogDetached(string path);

    [LoggerMessage(LogLevel.Warning, "Ended with files of {Path} still open; their readers get an error.")]
    private partial void LogFilesLeftOpen(string path);

    [LoggerMessage(LogLevel.Error, "Could not unmount: {Problem}")]
    private partial void LogNotUnmounted(string problem);

    [LoggerMessage(LogLevel.Warning, "{Path} was unmounted from outside; stopping.")]
    private partial void LogUnmountedByOthers(string path);
}
