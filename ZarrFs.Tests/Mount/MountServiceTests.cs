using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ZarrFs.Host.Mount;

namespace ZarrFs.Tests.Mount;

public sealed class MountServiceTests : IDisposable
{
    private readonly string _directory = TemporaryDirectory.Create();
    private readonly FakeTree _tree = new();
    private readonly FakeChunks _chunks;

    public MountServiceTests() => _chunks = new FakeChunks(_tree.ChunkSize);

    public void Dispose()
    {
        if (MountTable.TopmostAt(_directory) is not null) IMounter.ForThisUser.TryUnmount(_directory, lazy: true, out _);
        _chunks.Dispose();
        Directory.Delete(_directory);
    }

    [FuseFact]
    public async Task The_mount_lives_as_long_as_the_host()
    {
        using IHost host = Build(_directory);
        await host.StartAsync();
        Assert.Equal(_tree.NoteText, await File.ReadAllBytesAsync(Path.Combine(_directory, "note.json")));
        await host.StopAsync();
        Assert.Null(MountTable.TopmostAt(_directory));
        using MountLock? free = MountLock.TryAcquire(_directory, "", out MountHolder? holder);
        Assert.Null(free);
        Assert.Equal("a fake tree", holder!.Source);
        host.Dispose();
        using MountLock? now = MountLock.TryAcquire(_directory, "", out _);
        Assert.NotNull(now);
    }

    [FuseFact]
    public async Task A_mountpoint_that_cannot_be_used_keeps_the_host_from_starting()
    {
        using IHost host = Build(Path.Combine(_directory, "missing"));
        MountException refusal = await Assert.ThrowsAsync<MountException>(() => host.StartAsync());
        Assert.Contains("does not exist", refusal.Message, StringComparison.Ordinal);
    }

    [FuseFact]
    public async Task An_unmount_from_outside_stops_the_host()
    {
        using IHost host = Build(_directory);
        await host.StartAsync();
        Assert.True(IMounter.ForThisUser.TryUnmount(_directory, lazy: false, out _));
        await host.WaitForShutdownAsync().WaitAsync(TimeSpan.FromSeconds(120));
        Assert.Null(MountTable.TopmostAt(_directory));
    }

    [FuseFact]
    public async Task A_file_that_stays_open_holds_the_stop_up_no_longer_than_the_host_waits()
    {
        using IHost host = Build(_directory);
        await host.StartAsync();
        await using FileStream open = File.OpenRead(Path.Combine(_directory, "chunks/0"));
        using var patience = new CancellationTokenSource();
        Task stopped = host.StopAsync(patience.Token);
        Eventually.True(() => MountTable.TopmostAt(_directory) is null, "the mount is out of sight");
        Assert.Equal(1, await open.ReadAsync(new byte[1]));
        Assert.False(stopped.IsCompleted);
        await patience.CancelAsync();
        await stopped.WaitAsync(TimeSpan.FromSeconds(120));
    }

    private IHost Build(string path)
    {
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMinutes(10)); // a test says when its patience ends
        builder.Services.AddSingleton<IHostedService>(services => new MountService(
            new MountOptions { MountPoint = path, Source = "a fake tree" },
            _tree,
            _chunks,
            MountedTree.Attributes,
            services.GetRequiredService<IHostApplicationLifetime>(),
            NullLogger<MountService>.Instance));
        return builder.Build();
    }

    /// <summary>No signal handlers: the test runner has its own.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
