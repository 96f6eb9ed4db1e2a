namespace ZarrFs.Core.Failures;

/// <summary>An option whose value cannot be used. Names the option, what was found and what was expected.</summary>
public sealed class OptionException : Exception
{
    /// <param name="option">The option as the user writes it: <c>--ranges</c>.</param>
    /// <param name="message">What was found and what was expected.</param>
    public OptionException(string option, string message)
        : base($"{option}: {message}")
    {
        Option = option;
        Detail = message;
    }

    /// <summary>The option as the user writes it.</summary>
    public string Option { get; }

    /// <summary>What was found and what was expected.</summary>
    public string Detail { get; }

    /// <summary>The same, said of one of several volumes.</summary>
    /// <param name="source">Where the volume is.</param>
    public OptionException Of(string source) => new(Option, $"{Detail} (of {source})");
}
