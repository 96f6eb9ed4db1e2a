using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Materialize.Background;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Scratch;
using ZarrFs.Core.Tree;
using ZarrFs.Host.Catalog;
using ZarrFs.Host.Commands;
using ZarrFs.Host.Configuration;
using ZarrFs.Host.Http;
using ZarrFs.Host.Http.Access;
using ZarrFs.Host.Http.Viewer;
using ZarrFs.Host.Mount;
using ZarrFs.Host.Reloading;
using ZarrFs.Host.Systemd;

namespace ZarrFs.Host;

/// <summary>The running program: one catalogue, one cache, the faces that the settings ask for, in one host.</summary>
internal static class Service
{
    /// <summary>Runs until Ctrl-C, SIGTERM or <paramref name="stop"/>. What cannot be opened, mounted or listened on is an exception before anything is shown.</summary>
    /// <param name="settings">What to do.</param>
    /// <param name="reread">Reads them anew on SIGHUP; null where they are in no file, and SIGHUP ends the program as it does others.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task<int> RunAsync(Settings settings, Func<Settings>? reread, CancellationToken stop)
    {
        // Before volumes are opened, which can take a while.
        if (settings.Listen is { } listen) SharingRules.Check(ListenAddress.Parse(listen), settings.Tls, settings.Access);
        if (settings is { MountPath: { } mountPoint, Cache: { } kept }) Separation.CheckMount(mountPoint, kept.Directory);

        // Empty on purpose: no appsettings.json of the current directory has a say, and nothing is started that nobody asked for.
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        var level = new LogLevelSwitch(settings.LogLevel);
        AddLogging(builder.Logging, settings.LogLevel, settings.LogFormat);
        builder.Services.Configure<HostOptions>(options =>
        {
            options.ShutdownTimeout = TimeSpan.FromSeconds(15);
            options.ServicesStopConcurrently = true; // nobody who unmounts waits for a build that comes to its end
        });
        builder.Services.AddSingleton<IHostLifetime, SignalLifetime>();
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<IConfigureOptions<LoggerFilterOptions>>(level);
        builder.Services.AddSingleton<IOptionsChangeTokenSource<LoggerFilterOptions>>(level);
        builder.Services.AddSingleton(services => new VolumeCatalog(
            settings.Volumes, services.GetRequiredService<BufferPool>(), services.GetRequiredService<ILoggerFactory>().CreateLogger("ZarrFs.Sources"), followsChanges: true));
        builder.Services.AddSingleton(_ => new BufferPool(settings.Memory));
        builder.Services.AddSingleton(services =>
        {
            IReadOnlyList<Multiscale> volumes = services.GetRequiredService<VolumeCatalog>().Volumes;
            return new ChunkStore(
                volumes, services.GetRequiredService<BufferPool>(), Workers(settings, volumes),
                ScratchOf(settings), services.GetRequiredService<ILoggerFactory>().CreateLogger("ZarrFs.Scratch"), settings.Previews, services.GetService<DiskCache>());
        });
        if (settings.Cache is { } cache) AddCache(builder.Services, cache with { QueueBytes = Math.Min(cache.QueueBytes, settings.Memory / 16) });
        builder.Services.AddSingleton<IChunkReader>(services => services.GetRequiredService<ChunkStore>());
        builder.Services.AddSingleton<IFileTree>(services => services.GetRequiredService<VolumeCatalog>().Tree);
        builder.Services.AddSingleton<WatchService>();
        builder.Services.AddHostedService(services => services.GetRequiredService<WatchService>());
        // The address first: if it is taken, nothing is mounted, not even for a moment.
        if (settings.Listen is not null) AddHttp(builder.Services, settings);
        if (settings.MountPath is not null) AddMount(builder.Services, settings);
        if (Builds(settings)) AddPyramid(builder.Services, settings);
        builder.Services.AddSingleton(services => new Metrics(
            services.GetRequiredService<ChunkStore>(),
            () => Figures(services.GetRequiredService<VolumeCatalog>()),
            services.GetService<DiskCache>() is { } disk ? () => CacheFacts.Of(disk) : null, services.GetService<BackgroundBuild>()));
        builder.Services.AddHostedService<Announcement>();
        builder.Services.AddSingleton(_ => ServiceManager.FromEnvironment());
        builder.Services.AddSingleton<ServiceState>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ServiceState>());
        if (reread is not null) AddReload(builder.Services, reread, level);

        // Not disposed where it ends while volumes are being opened, which nothing can interrupt: nothing is shown by then, and the process goes.
        IHost built = builder.Build();
        Task opened = Task.Run(() => built.Services.GetRequiredService<Metrics>(), CancellationToken.None);
        if (!await IsDoneAsync(opened, built.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping)) return Interruption.ExitCode;
        using IHost host = built;
        await opened;
        using MetricsExport? export = MetricsExport.Start(host.Services.GetRequiredService<ILogger<MetricsExport>>());
        try
        {
            await host.StartAsync(stop);
        }
        catch (OperationCanceledException) when (host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested)
        {
            return Interruption.ExitCode; // Ctrl-C or SIGTERM before anything was shown
        }

        await host.WaitForShutdownAsync(stop);
        return 0;
    }

    /// <summary>Waits for a task; false if it is left alone since the program is to end.</summary>
    private static async Task<bool> IsDoneAsync(Task task, CancellationToken stopping)
    {
        await Task.WhenAny(task, Task.Delay(Timeout.InfiniteTimeSpan, stopping));
        return task.IsCompleted;
    }

    /// <summary>Lines on standard error.</summary>
    public static void AddLogging(ILoggingBuilder logging, LogLevel level, LogFormat format)
    {
        logging.SetMinimumLevel(level);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        // What stops the start is told once, by Program, in one line and without a stack.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        if (format == LogFormat.Json)
        {
            logging.AddJsonConsole(options =>
            {
                options.UseUtcTimestamp = true;
                options.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
            });
        }
        else
        {
            logging.AddConsole(options => options.FormatterName = PlainConsoleFormatter.FormatterName);
            logging.AddConsoleFormatter<PlainConsoleFormatter, ConsoleFormatterOptions>();
        }

        // Standard output is for what the program has to say; its log goes to standard error.
        logging.Services.Configure<ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    private static int Workers(Settings settings, IReadOnlyList<Multiscale> volumes) =>
        settings.Threads ?? Math.Max(1, Math.Min(ChunkStore.MostWorkers(volumes, settings.Memory), Math.Max(2, Environment.ProcessorCount)));

    private static void AddReload(IServiceCollection services, Func<Settings> reread, LogLevelSwitch level)
    {
        services.AddSingleton(level);
        services.AddSingleton(reread);
        services.AddSingleton<ReloadRequests>();
        services.AddSingleton<Reload>();
        services.AddHostedService<ReloadService>();
    }

    private static IEnumerable<(int Number, string Name, long BytesRead)> Figures(VolumeCatalog catalog) =>
        catalog.Shown.Select(number => (number, catalog.Volumes[number].Name, catalog.Volumes[number].Volume.BytesRead));

    private static bool Builds(Settings settings) => settings is { Cache: not null, Pyramid.First: not null };

    /// <summary>What each may take there who makes chunks: those for readers and, if it is there, the build.</summary>
    private static ScratchOptions ScratchOf(Settings settings) =>
        Builds(settings) ? settings.Scratch with { MaxBytes = settings.Scratch.MaxBytes / 2 } : settings.Scratch;

    private static void AddCache(IServiceCollection services, DiskCacheOptions options) =>
        services.AddSingleton(provider =>
        {
            VolumeCatalog catalog = provider.GetRequiredService<VolumeCatalog>();
            foreach (Multiscale volume in catalog.Volumes) Separation.CheckCache(volume.Volume.Source, options.Directory);
            return DiskCache.Open(options, catalog.Volumes, catalog.Channels, provider.GetRequiredService<ILoggerFactory>().CreateLogger("ZarrFs.Cache"));
        });

    private static void AddPyramid(IServiceCollection services, Settings settings)
    {
        services.AddSingleton(provider =>
        {
            IReadOnlyList<Multiscale> volumes = provider.GetRequiredService<VolumeCatalog>().Volumes;
            ChunkStore store = provider.GetRequiredService<ChunkStore>();
            int workers = Workers(settings, volumes);
            return new BackgroundBuild(
                volumes, provider.GetRequiredService<DiskCache>(), provider.GetRequiredService<BufferPool>(),
                new BackgroundOptions(settings.Pyramid, settings.Cache!.MaxBytes, Part(settings.Memory), workers, ScratchOf(settings))
                {
                    PartOf = Part,
                    MemoryNow = () => Part(settings.Memory),
                },
                provider.GetRequiredService<ILoggerFactory>().CreateLogger("ZarrFs.Pyramid"),
                address => store.Exact(address), new ReaderPace(() => store.Waiting, () => store.LastWaited));

            long Part(long memory) => Math.Min(memory / 4, ChunkStore.Spare(volumes, memory, workers));
        });
        services.AddHostedService<BackgroundPyramid>();
    }

    private static void AddMount(IServiceCollection services, Settings settings)
    {
        services.AddSingleton(new MountOptions
        {
            MountPoint = settings.MountPath!,
            AllowOther = settings.AllowOther,
            Passthrough = settings.Cache is not null,
            Source = string.Join(", ", settings.Volumes.Select(volume => volume.Source)),
        });
        services.AddSingleton<Func<Node, IReadOnlyList<(string Name, byte[] Value)>>>(provider =>
        {
            VolumeCatalog catalog = provider.GetRequiredService<VolumeCatalog>();
            IChunkReader chunks = provider.GetRequiredService<IChunkReader>();
            return node => Attributes(catalog, chunks, node);
        });
        services.AddSingleton<MountService>();
        services.AddHostedService(provider => provider.GetRequiredService<MountService>());
    }

    private static void AddHttp(IServiceCollection services, Settings settings) =>
        services.AddHttpService(
            new Http.HttpOptions { Listen = settings.Listen!, Tls = settings.Tls, Access = settings.Access, Limits = settings.Limits },
            provider =>
            {
                VolumeCatalog catalog = provider.GetRequiredService<VolumeCatalog>();
                ChunkStore store = provider.GetRequiredService<ChunkStore>();
                DiskCache? disk = provider.GetService<DiskCache>();
                BackgroundBuild? build = provider.GetService<BackgroundBuild>();
                return new ServedContent(catalog.Tree, store, store.Pool, () => catalog.Facts(settings.MountPath, disk, build?.Status, store.ProvisionalOf))
                {
                    NameOf = number => catalog.Volumes[number].Name,
                    Cache = disk is null ? null : () => CacheFacts.Of(disk),
                    Provisional = () => store.Previews.Provisional,
                    Viewer = ViewerFiles.Find(ViewerFiles.Folder),
                };
            });

    /// <summary>Extended attributes that tell where a file comes from.</summary>
    private static (string Name, byte[] Value)[] Attributes(VolumeCatalog catalog, IChunkReader chunks, Node node)
    {
        if (node.Volume < 0) return [];
        (string, byte[]) source = ("user.zarrfs.source", Encoding.UTF8.GetBytes(catalog.Volumes[node.Volume].Volume.Source.Path));
        if (node.Kind != NodeKind.Chunk) return [source];
        byte[] provisional = chunks.StatusOf(node.Chunk) == ChunkStatus.Provisional ? "1"u8.ToArray() : "0"u8.ToArray();
        return [source, ("user.zarrfs.level", Encoding.UTF8.GetBytes(node.Chunk.Level.ToString())), ("user.zarrfs.provisional", provisional)];
    }
}
