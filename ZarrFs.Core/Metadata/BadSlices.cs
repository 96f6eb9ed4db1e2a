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
    /// <param name="writer">In the object of the attributes.</param>
    /// <param name="source">The source's path.</param>
    /// <param name="problems">What was found in it.</param>
    public static void Write(Utf8JsonWriter writer, string source, IReadOnlyList<SourceProblem> problems)
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
            writer.WriteString("file", Name(source, problem.Path));
            writer.WriteString("message", problem.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>A file's path below the source, where names alone would not do: those of chunks are numbers. Of other files the name.</summary>
    private static string Name(string source, string path)
    {
        string below = Path.GetRelativePath(source, path);
        return below is "." or ".." || below.StartsWith("../", StringComparison.Ordinal) ? Path.GetFileName(path) : below.Replace(Path.DirectorySeparatorChar, '/');
    }
}
