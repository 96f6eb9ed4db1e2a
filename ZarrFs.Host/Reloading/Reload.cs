using Microsoft.Extensions.Logging;
using ZarrFs.Core.Cache.Disk;
using ZarrFs.Core.Chunks;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Materialize.Background;
using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Sources;
using ZarrFs.Host.Catalog;
using ZarrFs.Host.Commands;
using ZarrFs.Host.Configuration;
using ZarrFs.Host.Http;
using ZarrFs.Host.Http.Access;

namespace ZarrFs.Host.Reloading;

/// <summary>
/// Takes a new configuration over while the program runs. Everything that is new is opened and checked first, and refused as a whole if any of it
/// will not do; only then is it shown, at one moment. What is gone is closed when those who were reading it have what they asked for.
/// </summary>
/// <param name="settings">Those of the start.</param>
/// <param name="catalog">What is shown.</param>
/// <param name="store">Makes the chunks.</param>
/// <param name="watch">Watches the sources.</param>
/// <param name="level">The log's level.</param>
/// <param name="log">Told what was done, and what was not.</param>
/// <param name="disk">The disk cache; null without one.</param>
/// <param name="build">The background build; null without one.</param>
/// <param name="http">The HTTP service; null without one.</param>
internal sealed partial class Reload(
    Settings settings, VolumeCatalog catalog, ChunkStore store, WatchService watch, LogLevelSwitch level, ILogger<Reload> log, DiskCache? disk = null,
    BackgroundBuild? build = null, HttpService? http = null)
{
    /// <summary>Reads the configuration and does what it says. By one at a time.</summary>
    /// <param name="read">Reads it.</param>
    /// <returns>False if it was refused, or has failed: everything is as it was.</returns>
    /// <remarks>When it returns, the new volumes are there and the others cannot be found any more; these are closed after that.</remarks>
    public bool Run(Func<Settings> read)
    {
        try
        {
            Settings wanted = read();
            AccessRule? rule = Rule(wanted);
            CatalogChange change = catalog.Prepare(wanted.Volumes, DateTimeOffset.UtcNow);
            try
            {
                Check(change);
            }
            catch
            {
                change.Dispose();
                throw;
            }

            try
            {
                MakeReady(change);
            }
            catch
            {
                Close(change.Added);
                throw;
            }

            if (http is null) catalog.Show(change);
            else http.Change(rule!, wanted.Limits, change.Tree, () => catalog.Show(change));
            level.Level = wanted.LogLevel;
            TellLasting(wanted);
            Tell(change);
            Close(change.Removed);
            return true;
        }
        catch (Exception failure) when (failure is OptionException or SourceException)
        {
            LogRefused(failure.Message);
        }
        catch (Exception failure)
        {
            LogFailed(failure);
        }

        return false;
    }

    /// <summary>Who is to be let in, at the address and with the TLS of now.</summary>
    private AccessRule? Rule(Settings wanted)
    {
        try
        {
            return http?.Prepare(wanted.Access);
        }
        catch (OptionException) when ((wanted.Listen, wanted.Tls) != (settings.Listen, settings.Tls))
        {
            TellLasting(wanted); // or what is refused looks right to who has the new file before him
            throw;
        }
    }

    private void Check(CatalogChange change)
    {
        store.CheckBudget(change.AddedVolumes);
        if (disk is null) return;
        foreach (ISource source in change.Added.SelectMany(shelf => shelf.Sources)) Separation.CheckCache(source, disk.Directory);
    }

    /// <summary>Has the new volumes everywhere before the tree has them: whoever finds one finds it ready.</summary>
    private void MakeReady(CatalogChange change)
    {
        catalog.Extend(change);
        store.Prepare(change.First);
        foreach ((int number, Multiscale volume, IReadOnlyList<OmeroChannel> channels) in change.Added.SelectMany(shelf => shelf.Numbers.Zip(shelf.Volumes, shelf.Channels)))
        {
            if (disk?.TryAdd(number, volume, channels) == false) LogNotCached(volume.Name);
        }

        build?.Add(change.First, change.AddedVolumes, change.Removed.SelectMany(shelf => shelf.Numbers));
        watch.Add(change.AddedVolumes);
    }

    private void TellLasting(Settings wanted)
    {
        foreach (string option in LastingSettings.Changed(settings, wanted)) LogNeedsRestart(option);
    }

    private void Tell(CatalogChange change)
    {
        foreach (Multiscale volume in change.AddedVolumes) LogAdded(volume.Name, volume.Volume.Source.Path);
        foreach (Multiscale volume in change.Removed.SelectMany(shelf => shelf.Volumes)) LogRemoved(volume.Name, volume.Volume.Source.Path);
        int count = catalog.Shown.Count;
        LogDone(count, count == 1 ? "volume is" : "volumes are");
    }

    /// <summary>Closes what cannot be found any more. Others wait for this to return, and not for a disk.</summary>
    private void Close(IReadOnlyList<Shelf> shelves)
    {
        foreach (Shelf shelf in shelves) _ = Task.Run(() => CloseAsync(shelf));
    }

    private async Task CloseAsync(Shelf shelf)
    {
        try
        {
            foreach (int number in shelf.Numbers)
            {
                if (build is not null) await build.RemoveAsync(number);
                await store.WaitForReadersAsync(number);
            }

            foreach (ISource source in shelf.Sources)
            {
                await watch.RemoveAsync(source);
                if (source is RetirableSource retirable) await retirable.RetireAsync();
            }

            foreach (int number in shelf.Numbers)
            {
                store.Remove(number);
                disk?.Remove(number);
            }

            shelf.Dispose();
            foreach (Multiscale volume in shelf.Volumes) LogClosed(volume.Name);
        }
        catch (OperationCanceledException)
        {
            // The program ends, and closes everything.
        }
        catch (Exception failure)
        {
            LogNotClosed(shelf.Volumes[0].Name, failure);
        }
    }

    [LoggerMessage(LogLevel.Information, "The configuration is read anew: {Count} {Volumes} shown.")]
    private partial void LogDone(int count, string volumes);

    [LoggerMessage(LogLevel.Information, "{Volume} is shown now, from {Path}.")]
    private partial void LogAdded(string volume, string path);

    [LoggerMessage(LogLevel.Information, "{Volume} is not shown any more ({Path}).")]
    private partial void LogRemoved(string volume, string path);

    [LoggerMessage(LogLevel.Debug, "{Volume} is closed.")]
    private partial void LogClosed(string volume);

    [LoggerMessage(LogLevel.Warning, "The new configuration has another value for {Option}, which needs a restart; it stays as it was.")]
    private partial void LogNeedsRestart(string option);

    [LoggerMessage(LogLevel.Warning, "{Volume} is shown, but not kept in the disk cache before a restart.")]
    private partial void LogNotCached(string volume);

    [LoggerMessage(LogLevel.Error, "The new configuration is refused, and everything stays as it was: {Reason}")]
    private partial void LogRefused(string reason);

    [LoggerMessage(LogLevel.Error, "Reading the configuration anew has failed unexpectedly.")]
    private partial void LogFailed(Exception failure);

    [LoggerMessage(LogLevel.Error, "{Volume} is not shown any more, but closing it has failed.")]
    private partial void LogNotClosed(string volume, Exception failure);
}
