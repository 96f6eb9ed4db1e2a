using System.CommandLine;
using System.CommandLine.Parsing;

namespace ZarrFs.Host.Commands;

/// <summary>The argument of commands that take several sources.</summary>
internal static class SourceArgument
{
    /// <summary>Makes it. A mistyped option would pass for one source more, and is told as what it is.</summary>
    public static Argument<string[]> Several(string description, ArgumentArity arity)
    {
        var sources = new Argument<string[]>("SOURCE") { Description = description, Arity = arity };
        sources.Validators.Add(static result =>
        {
            foreach (Token token in result.Tokens.Where(static token => token.Value.StartsWith('-') && !Path.Exists(token.Value)))
                result.AddError($"Unrecognized option '{token.Value}', and no source of that name.");
        });
        return sources;
    }
}
