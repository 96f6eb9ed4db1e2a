using Microsoft.Extensions.Hosting;
using ZarrFs.Core.Pyramid;
using ZarrFs.Core.Volumes;
using ZarrFs.Host.Catalog;
using ZarrFs.Host.Configuration;
using ZarrFs.Host.Http;
using ZarrFs.Host.Systemd;

namespace ZarrFs.Host;

/// <summary>Tells on standard output, once everything answers, what is shown, where to look and what to type.</summary>
internal sealed class Announcement(Settings settings, VolumeCatalog catalog, ServiceManager manager, HttpService? http = null) : IHostedService
{
    private const int MostNotes = 3;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (Multiscale volume in catalog.Volumes)
        {
            VolumeShape shape = volume.Volume.Shape;
            Console.WriteLine($"{volume.Name}: {shape}, {volume.Volume.DataType.Name()}, {Amounts.Count(volume.Levels.Count, "level")}, from {volume.Volume.Source.Kind} in {volume.Volume.Source.Path}");
            foreach (string other in volume.Volume.Source.Others.Take(MostNotes)) Console.WriteLine($"  not shown       {other}");
            if (volume.Volume.Source.Others.Count > MostNotes) Console.WriteLine($"  not shown       {volume.Volume.Source.Others.Count - MostNotes} more: zarrfs info lists them");
        }

        Multiscale first = catalog.Volumes[0];
        string example = first.Name;
        // The root that shows all there is.
        (string suffix, string format) = first.Volume.Shape is { T: 1, C: 1 } ? ("zarr", "zarr2") : ("ome.zarr", "zarr3");
        if (settings.MountPath is { } mount)
        {
            Console.WriteLine($"Mounted on {mount}");
            Console.WriteLine($"  khartes, VC3D   open {Path.Combine(mount, example + ".zarr")}");
            Console.WriteLine($"  python          zarr.open('{Path.Combine(mount, example + ".zarr")}')['0'][:]");
        }

        if (http?.Address is { } address)
        {
            Console.WriteLine($"Serving on {address}/   (open it in a browser: facts, and links for every viewer)");
            foreach (string other in http.Addresses.Skip(1)) Console.WriteLine($"  also on         {other}/");
            if (http.Fingerprint is { } fingerprint)
            {
                Console.WriteLine($"  certificate     made for this run; browsers warn of it. Compare its SHA-256 fingerprint, then go on (curl: -k):");
                Console.WriteLine($"                  {fingerprint}");
            }

            if (settings.Access.TokenFile is { } tokens) Console.WriteLine($"  tokens          zarrfs token create --token-file {tokens} --url {address}   (or list, revoke)");
            if (settings.Access.PasswordFile is { } passwords) Console.WriteLine($"  passwords       zarrfs password {passwords} USER");
            if (settings.Access.IsPublic) Console.WriteLine("  public          everybody who reaches it may read everything");
            Console.WriteLine($"  Neuroglancer    source {address}/{Uri.EscapeDataString(example)}.{suffix}/|{format}:");
            Console.WriteLine($"  napari          napari --plugin napari-ome-zarr {address}/{Uri.EscapeDataString(example)}.{suffix}/");
        }

        // A service has no keyboard.
        if (!manager.IsThere && !Journal.HasStandardError) Console.WriteLine("Ctrl-C ends it.");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
