using System.Text.Json;
using System.Text.Json.Nodes;
using ZarrFs.Tests.Clients.Harness;

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

    /// <summary>Of its window.</summary>
    public required string Title { get; init; }

    /// <summary>Its layers, in their order.</summary>
    public required Layer[] Layers { get; init; }

    /// <summary>What it had at each voxel that it was asked for; null for nothing.</summary>
    public required double?[] Values { get; init; }

    /// <summary>Every answer it had from the program.</summary>
    public required Answer[] Answers { get; init; }

    /// <summary>Requests that failed without an answer (as those do that CORS forbids), and errors of the page.</summary>
    public required string[] Troubles { get; init; }

    /// <summary>Opens views in a new browser, one after the other.</summary>
    /// <param name="profile">A directory of its own.</param>
    /// <param name="views">As <c>look.mjs</c> takes them.</param>
    public static NeuroglancerSighting[] See(string profile, IEnumerable<object> views)
    {
        string arguments = JsonSerializer.Serialize(new { profile, views }, JsonSerializerOptions.Web);
        Tool script = Tool.Run("node", [Path.Combine(BrowserTheoryAttribute.Folder, "look.mjs"), arguments], seconds: 600).Expect();
        return JsonSerializer.Deserialize<NeuroglancerSighting[]>(script.Output, JsonSerializerOptions.Web)!;
    }

    /// <param name="Name">Its name.</param>
    /// <param name="Type">image or segmentation.</param>
    /// <param name="Visible">Whether it is shown.</param>
    /// <param name="Local">Where it stands on axes of its own.</param>
    /// <param name="Contrast">The values shown black and in full colour; of an image.</param>
    /// <param name="Color">Red, green and blue from 0 to 1, of a layer with a colour.</param>
    /// <param name="Shader">What is wrong with its shader, or null.</param>
    internal sealed record Layer(string Name, string Type, bool Visible, double[] Local, double[] Contrast, double[] Color, string? Shader);

    internal sealed record Answer(string Path, int Status);
}
