using System.CommandLine;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Host.Commands;

/// <summary><c>zarrfs demo DIRECTORY</c>: something to look at for those who have no data at hand.</summary>
internal static class DemoCommand
{
    private static readonly VolumeShape Size = new(256, 320, 320);

    public static Command Create()
    {
        var directory = new Argument<string>("DIRECTORY") { Description = "Where to write the slices; made if it is missing. A demo that is there already is left as it is." };
        var command = new Command("demo", $"Write a small made-up scroll ({Size}, uint16, 52 MB) as TIFF slices, to try the other commands on.") { directory };
        command.SetAction(parsed =>
        {
            string path = Path.GetFullPath(parsed.GetRequiredValue(directory));
            var demo = new DemoVolume(path, Size);
            if (demo.IsWhole)
            {
                Console.WriteLine($"The demo is in {path} already.");
                return 0;
            }

            if (demo.Stranger() is { } stranger)
                throw new OptionException("DIRECTORY", $"{stranger} is there and no part of a demo; name an empty or a new directory");
            demo.Write();
            Console.WriteLine($"Wrote {Size.Z} slices of {Size.X}×{Size.Y} uint16 to {path}");
            return 0;
        });
        return command;
    }
}
