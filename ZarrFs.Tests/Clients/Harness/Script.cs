using System.Text.Json;

namespace ZarrFs.Tests.Clients.Harness;

/// <summary>The scripts beside this code: what other people's readers have to say.</summary>
internal static class Script
{
    public const string Python = "/usr/bin/python3";

    /// <summary>Runs <c>python/NAME.py</c> with its arguments as one JSON text.</summary>
    public static Tool RunPython(string name, object arguments, int seconds = 600) =>
        Tool.Run(Python, [Path.Combine(Repository.Clients, "python", $"{name}.py"), JsonSerializer.Serialize(arguments)], seconds).Expect();

    /// <summary>Runs <c>node/NAME.mjs</c> with its arguments as one JSON text.</summary>
    public static Tool RunNode(string name, object arguments, int seconds = 600) =>
        Tool.Run("node", [Path.Combine(Repository.Clients, "node", $"{name}.mjs"), JsonSerializer.Serialize(arguments)], seconds).Expect();
}
