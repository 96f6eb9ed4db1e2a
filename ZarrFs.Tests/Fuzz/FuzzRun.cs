using System.Diagnostics;
using System.Globalization;

namespace ZarrFs.Tests.Fuzz;

/// <summary>
/// The long run. The trials are made in a process of their own, which writes down what it is about to try: if it dies or hangs, the file is
/// still there, is kept as a find, and another process goes on behind it.
/// </summary>
internal static class FuzzRun
{
    private const string Number = "number";
    private const int Hung = 70;
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    // One trial may make the process larger by its own allowances, not by more.
    private const long MostGrowth = 2 * (Trial.Budget + Trial.MostAllocated);

    /// <summary>Runs for some minutes, tells what it finds, and leaves each find in a directory.</summary>
    /// <param name="minutes">How long.</param>
    /// <param name="seed">Another one gives other trials; the same one the same.</param>
    /// <param name="first">Number of the first trial: the systematic ones come first.</param>
    /// <param name="corpus">A directory of TIFF files to start from beside the ones made in code, or null.</param>
    /// <param name="finds">Where finds are left.</param>
    /// <returns>The number of finds.</returns>
    public static int Run(double minutes, int seed, long first, string? corpus, string finds)
    {
        Directory.CreateDirectory(finds);
        DateTime end = DateTime.UtcNow.AddMinutes(minutes);
        int before = Directory.GetFiles(finds, "*.txt").Length;
        while (DateTime.UtcNow < end)
        {
            string work = Directory.CreateTempSubdirectory("zarrfs-fuzz-").FullName;
            try
            {
                string[] arguments =
                [
                    "fuzz-worker", work, finds, seed.ToString(CultureInfo.InvariantCulture), first.ToString(CultureInfo.InvariantCulture),
                    (end - DateTime.UtcNow).TotalMinutes.ToString("R", CultureInfo.InvariantCulture), corpus ?? "",
                ];
                using Process worker = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments) { UseShellExecute = false })!;
                worker.WaitForExit();
                if (worker.ExitCode == 0) break;
                string number = Path.Combine(work, Number);
                if (!File.Exists(number)) throw new InvalidOperationException($"the worker ended with {worker.ExitCode} before its first trial");
                string[] lines = File.ReadAllLines(number);
                first = long.Parse(lines[0], CultureInfo.InvariantCulture);
                Keep(finds, seed, first, lines[1], worker.ExitCode == Hung ? $"no end after {Hang.TotalSeconds} s" : $"the process died: exit code {worker.ExitCode}", Path.Combine(work, "trial.tif"));
                first++;
            }
            finally
            {
                Directory.Delete(work, recursive: true);
            }
        }

        return Directory.GetFiles(finds, "*.txt").Length - before;
    }

    /// <summary>The process that makes the trials.</summary>
    public static void Work(string work, string finds, int seed, long first, double minutes, string? corpus)
    {
        FuzzCases cases = new([.. SeedFiles.All.Select(file => (file.Key, file.Value)), .. Corpus(corpus)], seed);
        using Trial trial = new(work);
        long deadline = Environment.TickCount64 + (long)(minutes * 60_000);
        long started = Environment.TickCount64;
        using Timer watchdog = new(
            _ =>
            {
                if (Environment.TickCount64 - Interlocked.Read(ref started) > Hang.TotalMilliseconds) Environment.Exit(Hung);
            },
            null, 1000, 1000);
        Console.WriteLine($"{cases.Systematic} systematic trials, then random ones; beginning with {first}, seed {seed}");
        long told = Environment.TickCount64;
        long number = first;
        long resident = PeakResident();
        for (; Environment.TickCount64 < deadline; number++)
        {
            (string name, byte[] file) = cases.Case(number);
            File.WriteAllText(Path.Combine(work, Number), $"{number}\n{name}\n");
            Interlocked.Exchange(ref started, Environment.TickCount64);
            string? wrong = trial.Run(file);
            long peak = PeakResident();
            if (peak - resident > MostGrowth) wrong ??= $"the process grew by {peak - resident} bytes";
            resident = Math.Max(resident, peak);
            if (number % 1024 == 0 && trial.OpenHandles() is var open and > 0) wrong ??= $"{open} files were left open by the last 1024 trials";
            if (wrong is not null) Keep(finds, seed, number, name, wrong, Path.Combine(work, "trial.tif"));
            if (Environment.TickCount64 - told < 10_000) continue;
            told = Environment.TickCount64;
            Console.WriteLine($"{number - first + 1} trials: {trial.Read} gave voxels, {trial.Refused} an error; {resident >> 20} MiB at most");
        }

        Console.WriteLine($"{number - first} trials, up to number {number - 1}: {trial.Read} gave voxels, {trial.Refused} an error; {resident >> 20} MiB at most");
    }

    private static void Keep(string finds, int seed, long number, string name, string wrong, string file)
    {
        string find = Path.Combine(finds, $"{seed}-{number}");
        if (File.Exists(file)) File.Copy(file, $"{find}.tif", overwrite: true);
        File.WriteAllText($"{find}.txt", $"{name}\n{wrong}\n");
        Console.WriteLine($"FOUND {find}: {name}: {wrong.Split('\n')[0]}");
    }

    private static IEnumerable<(string Name, byte[] File)> Corpus(string? directory)
    {
        const long Small = 64 << 10;
        if (directory is null) return [];
        return Directory.EnumerateFiles(directory, "*.tif*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Where(file => new FileInfo(file).Length is > 0 and <= Small)
            .Select(file => (Path.GetRelativePath(directory, file), File.ReadAllBytes(file)));
    }

    private static long PeakResident()
    {
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line[6..^2].Trim(), CultureInfo.InvariantCulture) << 10;
    }
}
