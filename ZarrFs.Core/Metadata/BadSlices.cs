using System.Text.Json;
using ZarrFs.Core.Sources;

namespace ZarrFs.Core.Metadata;

/// <summary>
/// The attribute <c>zarrfs</c> of a store that was made from slices some of which could not be read and are fill:
/// <c>{"badSlices": [{"z": 7, "depth": 1, "file": "00007.tif", "message": "…"}]}</c>.
/// </summary>
internal static class BadSlices
{
    /// <summary>Writes nothing where nothing is bad. The order is that of the planes, whatever it was in which they were found.</summary>
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<SourceProblem> problems)
    {
        SourceProblem[] bad =
        [
            .. problems.Where(problem => problem.Kind == SourceProblemKind.Bad)
                .OrderBy(problem => problem.T).ThenBy(problem => problem.C).ThenBy(problem => problem.Z).ThenBy(problem => problem.Path, StringComparer.Ordinal),
        ];
        if (bad.Length == 0) return;
        writer.WriteStartObject("zarrfs");
        writer.WriteStartArray("badSlices");
        foreach (SourceProblem problem in bad)
        {
            writer.WriteStartObject();
            if (problem.T is { } t) writer.WriteNumber("t", t);
            if (problem.C is { } c) writer.WriteNumber("c", c);
            writer.WriteNumber("z", problem.Z);
            writer.WriteNumber("depth", problem.Depth);
            writer.WriteString("file", Path.GetFileName(problem.Path));
            writer.WriteString("message", problem.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
