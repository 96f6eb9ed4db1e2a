using ZarrFs.Core.Failures;

namespace ZarrFs.Host.Progress;

/// <summary>How long work tells on standard error how far it is.</summary>
internal enum ProgressStyle
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A line now and then: for logs.</summary>
    Plain,

    /// <summary>One line that moves: for a terminal.</summary>
    Bar,

    /// <summary>A JSON object a line: for programs.</summary>
    Json,
}

/// <summary>The text of <c>--progress</c>.</summary>
internal static class ProgressStyles
{
    /// <summary><c>auto</c> is a bar on a terminal, else lines.</summary>
    public static ProgressStyle Parse(string? text) => (text ?? "auto").ToLowerInvariant() switch
    {
        "auto" => Console.IsErrorRedirected ? ProgressStyle.Plain : ProgressStyle.Bar,
        "bar" => ProgressStyle.Bar,
        "plain" => ProgressStyle.Plain,
        "json" => ProgressStyle.Json,
        "none" => ProgressStyle.None,
        _ => throw new OptionException("--progress", $"'{text}' is not possible; expected auto, bar, plain, json or none"),
    };
}
