using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ZarrFs.Tests.Clients.Harness;

/// <summary>
/// The volumes of the <see cref="Showcase"/> as <c>zarrfs materialize</c> writes them: a directory for each compression, with the names of
/// the virtual roots, so that the same readers can be sent there.
/// </summary>
internal sealed class Stores(Showcase showcase)
{
    public const string Uncompressed = "none";

    /// <summary>Volumes that are also written compressed: of every voxel size, with channels, holes and edges.</summary>
    public static readonly string[] Compressed = ["uint8-little", "int16-big", "float32-little", "float64-big", "holes", "cells-some", "ome-tczyx", "one-voxel"];

    private readonly ConcurrentDictionary<string, Lazy<string>> _roots = new(StringComparer.Ordinal);

    /// <summary>The options of a recipe's view, as they are typed; a store of format 0.5 holds all channels.</summary>
    public static IEnumerable<string> View(Recipe recipe, string format) =>
        recipe.View.Where(option => format == "0.4" || option.Key != "channel").SelectMany(option => (string[])["--" + Regex.Replace(option.Key, "[A-Z]", c => "-" + c.Value.ToLowerInvariant(), RegexOptions.None, TimeSpan.FromMinutes(2)), option.Value]);

    /// <summary>True if Zarr v3 has a codec.</summary>
    public static bool IsInV3(string compression) => !compression.StartsWith("zlib", StringComparison.Ordinal);

    /// <summary>The directory of the stores of one compression.</summary>
    public string Root(string compression) => _roots.GetOrAdd(compression, _ => new(() => Write(compression))).Value;

    /// <summary>Fails unless a reader found a volume's store to be as it must.</summary>
    public void CheckPython(string script, string compression, string volume) =>
        showcase.Check($"{script} on stores, {compression}", volume, () => Script.RunPython(script, Arguments(compression)));

    /// <summary>The same in JavaScript, both formats.</summary>
    public void CheckNode(string script, string compression, string volume) =>
        showcase.Check($"{script} on stores, {compression}", volume, () => Script.RunNode(script, Arguments(compression)));

    private static IEnumerable<Recipe> Recipes(string compression) =>
        Harness.Recipes.All.Where(recipe => compression == Uncompressed || Compressed.Contains(recipe.Name));

    private object Arguments(string compression) => new
    {
        root = Root(compression),
        workspace = showcase.Root,
        only = Recipes(compression).Select(recipe => recipe.Name),
        roots = IsInV3(compression) ? (string[])["v2", "v3"] : ["v2"],
    };

    private string Write(string compression)
    {
        _ = showcase.MountPath; // by now the sources are there
        string root = showcase.At($"stores-{compression.Replace(':', '-')}");
        Directory.CreateDirectory(root);
        using JsonDocument made = JsonDocument.Parse(File.ReadAllBytes(showcase.At("volumes.json")));
        Parallel.ForEach(Recipes(compression), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, recipe =>
        {
            string source = made.RootElement.GetProperty(recipe.Name).GetProperty("source").GetString()!;
            foreach ((string format, string suffix) in ((string, string)[])[("0.4", ".zarr"), ("0.5", ".ome.zarr")])
            {
                if (format == "0.5" && !IsInV3(compression)) continue;
                ZarrFsProcess.Run(
                    ["materialize", source, Path.Combine(root, recipe.Name + suffix), "--name", recipe.Name, "--format", format, "--compression", compression, .. View(recipe, format)]).Expect();
            }
        });
        return root;
    }
}
