namespace ZarrFs.Tests.Clients.Harness;

/// <summary>What <c>make_volumes.py</c> writes, and the view that the program shows of it.</summary>
internal sealed record Recipe(string Name)
{
    /// <summary>Recipes of one seed, shape and type have the same voxels.</summary>
    public string Seed { get; init; } = Name;

    /// <summary>slices, file, cells, imagej (a hyperstack), ome (an OME-TIFF), rgb (samples of a pixel) or folders (one for each time and channel).</summary>
    public string Kind { get; init; } = "slices";

    /// <summary>numpy's name.</summary>
    public string Dtype { get; init; } = "uint16";

    /// <summary>&lt; or &gt;.</summary>
    public string Order { get; init; } = "<";

    /// <summary>z, y, x.</summary>
    public int[] Shape { get; init; } = [21, 45, 53];

    /// <summary>Time points; more than one in ImageJ's and OME's files only, as channels are.</summary>
    public int Times { get; init; } = 1;

    public int Channels { get; init; } = 1;

    /// <summary>In OME's files; none if empty.</summary>
    public string[] ChannelNames { get; init; } = [];

    /// <summary>Seconds from one time point to the next; null if nothing is said.</summary>
    public double? TimeStep { get; init; }

    /// <summary>Samples lie plane by plane rather than pixel by pixel; of rgb only.</summary>
    public bool Planar { get; init; }

    /// <summary>Few different values.</summary>
    public bool Labels { get; init; }

    /// <summary>Slices that are not written.</summary>
    public int[] Missing { get; init; } = [];

    /// <summary>Python's format for the name of a slice.</summary>
    public string Names { get; init; } = "%05d.tif";

    /// <summary>Height and width of tiles; none for strips.</summary>
    public int[] Tile { get; init; } = [];

    /// <summary>0 for one strip a page.</summary>
    public int RowsPerStrip { get; init; }

    public bool BigTiff { get; init; }

    /// <summary>z, y, x of a cell.</summary>
    public int[] Cell { get; init; } = [];

    /// <summary>Numbers y, x, z of the cells that are written.</summary>
    public int[][] Present { get; init; } = [];

    /// <summary>What <c>meta.json</c> says; none if null.</summary>
    public Dictionary<string, object>? Meta { get; init; }

    /// <summary>The voxel size that must be shown, z, y, x in micrometres; null for none.</summary>
    public double[]? Voxel { get; init; }

    /// <summary>Options of the view, by their names in the configuration.</summary>
    public Dictionary<string, string> View { get; init; } = new() { ["chunkSize"] = "32" };

    /// <summary>This recipe with other options of the view.</summary>
    public Recipe With(params (string Option, string Value)[] view) => this with { View = view.ToDictionary() };

    /// <inheritdoc/>
    public override string ToString() => Name;
}
