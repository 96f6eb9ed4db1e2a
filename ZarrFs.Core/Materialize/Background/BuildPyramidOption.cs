using System.Globalization;
using ZarrFs.Core.Failures;
using ZarrFs.Core.Pyramid;

namespace ZarrFs.Core.Materialize.Background;

/// <summary>Which levels are built in the background: <c>auto</c>, <c>off</c>, <c>levels>=N</c>.</summary>
/// <param name="First">The finest; null for none at all.</param>
/// <param name="IsAsked">True if somebody has said so, and not the program.</param>
public readonly record struct BuildPyramidOption(int? First, bool IsAsked)
{
    private const string Option = "--build-pyramid";
    private const string Asked = "levels>=";

    /// <summary>All that is no copy of the source: it takes a seventh of its voxels.</summary>
    public static BuildPyramidOption Auto => new(1, IsAsked: false);

    /// <exception cref="OptionException">It is none of these.</exception>
    public static BuildPyramidOption Parse(string text)
    {
        text = text.Trim();
        if (text.Equals("auto", StringComparison.OrdinalIgnoreCase)) return Auto;
        if (text.Equals("off", StringComparison.OrdinalIgnoreCase)) return new BuildPyramidOption(null, IsAsked: true);
        if (text.StartsWith(Asked, StringComparison.OrdinalIgnoreCase)
            && int.TryParse(text.AsSpan(Asked.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int first) && first < Multiscale.MostLevels)
        {
            return new BuildPyramidOption(first, IsAsked: true);
        }

        throw new OptionException(Option, $"'{text}' is not possible; expected auto, off, or for example levels>=2");
    }
}
