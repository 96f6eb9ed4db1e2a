using System.Text.Json.Nodes;

namespace ZarrFs.Tests.Clients;

/// <summary>What Neuroglancer showed at one of the start page's links.</summary>
internal sealed record NeuroglancerSighting
{
    /// <summary>Names, units and scales of the axes, and where the volume begins and ends on them.</summary>
    public required string[] Names { get; init; }

    public required string[] Units { get; init; }

    public required double[] Scales { get; init; }

    public required double[] Lower { get; init; }

    public required double[] Upper { get; init; }

    /// <summary>Where it stood at first.</summary>
    public required double[] Position { get; init; }

    /// <summary>Its whole state at first, as it puts it into its own links: without what it did not understand.</summary>
    public required JsonObject State { get; init; }

    /// <summary>Its layers, in their order.</summary>
    public required Layer[] Layers { get; init; }

    /// <summary>What it had at each voxel that it was asked for; null for nothing.</summary>
    public required int?[] Values { get; init; }

    /// <summary>Every answer it had from the program.</summary>
    public required Answer[] Answers { get; init; }

    /// <summary>Requests that failed without an answer (as those do that CORS forbids), and errors of the page.</summary>
    public required string[] Troubles { get; init; }

    /// <param name="Name">Its name.</param>
    /// <param name="Visible">Whether it is shown.</param>
    /// <param name="Local">Where it stands on axes of its own.</param>
    /// <param name="Contrast">The values shown black and in full colour.</param>
    /// <param name="Color">Red, green and blue from 0 to 1, of a layer with a colour.</param>
    /// <param name="Shader">What is wrong with its shader, or null.</param>
    internal sealed record Layer(string Name, bool Visible, double[] Local, double[] Contrast, double[] Color, string? Shader);

    internal sealed record Answer(string Path, int Status);
}
