using System.CommandLine;
using ZarrFs.Tests.Fuzz;

namespace ZarrFs.Bench;

/// <summary><c>ZarrFs.Bench fuzz</c>: the long run of the fuzzer.</summary>
internal static class FuzzCommand
{
    public static Command Create()
    {
        var minutes = new Option<double>("--minutes") { Description = "How long.", DefaultValueFactory = _ => 10 };
        var seed = new Option<int>("--seed") { Description = "Another one gives other random trials.", DefaultValueFactory = _ => 1 };
        var first = new Option<long>("--first") { Description = "Number of the first trial; the systematic ones come first." };
        var corpus = new Option<string?>("--corpus") { Description = "A directory of TIFF files to break beside the ones made in code; those up to 64 KiB are taken." };
        var finds = new Option<string>("--finds") { Description = "Where finds are left.", DefaultValueFactory = _ => Path.Combine(Path.GetTempPath(), "zarrfs-finds") };
        var command = new Command("fuzz", "Break TIFF files and see whether any of them does harm. Exits with 1 if one does.")
        {
            minutes, seed, first, corpus, finds,
        };
        command.SetAction(parsed =>
        {
            int found = FuzzRun.Run(
                parsed.GetValue(minutes), parsed.GetValue(seed), parsed.GetValue(first), parsed.GetValue(corpus), parsed.GetRequiredValue(finds));
            Console.WriteLine(found == 0 ? "nothing found" : $"{found} finds are in {parsed.GetValue(finds)}");
            return found == 0 ? 0 : 1;
        });
        return command;
    }
}
