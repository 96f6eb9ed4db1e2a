using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Tiff.Descriptions;

/// <summary>What an OME-XML document says about the planes of a set of files; numbers are as written.</summary>
/// <param name="Uuid">The document's own, or null.</param>
/// <param name="MetadataFile">The file that holds the real document, where this one is only a pointer (<c>BinaryOnly</c>); else null.</param>
/// <param name="Images">The images.</param>
internal sealed record OmeDocument(string? Uuid, string? MetadataFile, IReadOnlyList<OmeImage> Images);

/// <summary>An <c>Image</c> with its <c>Pixels</c>.</summary>
internal sealed record OmeImage
{
    public required string Id { get; init; }

    public string? Name { get; init; }

    /// <summary>Axes of the planes, fastest first, without X and Y: <c>ZCT</c>.</summary>
    public string Order { get; init; } = "ZCT";

    public string? Type { get; init; }

    public long SizeX { get; init; }

    public long SizeY { get; init; }

    public long SizeZ { get; init; }

    /// <summary>Channels, samples of a pixel counted.</summary>
    public long SizeC { get; init; }

    public long SizeT { get; init; }

    public OmeQuantity? PhysicalSizeX { get; init; }

    public OmeQuantity? PhysicalSizeY { get; init; }

    public OmeQuantity? PhysicalSizeZ { get; init; }

    public OmeQuantity? TimeIncrement { get; init; }

    public List<OmeChannel> Channels { get; } = [];

    public List<OmeTiffData> Blocks { get; } = [];

    /// <summary>
    /// The voxel size in the unit of x, or null if none is stated. An axis without a size is taken to be like x, and units that cannot be
    /// converted into each other (pixels, reference frames) leave no unit at all.
    /// </summary>
    public VoxelSize? VoxelSize()
    {
        if ((PhysicalSizeX ?? PhysicalSizeY ?? PhysicalSizeZ) is not { } first) return null;
        OmeQuantity x = PhysicalSizeX ?? first;
        OmeQuantity y = PhysicalSizeY ?? x;
        OmeQuantity z = PhysicalSizeZ ?? x;
        string? unit = LengthUnit.FromOme(x.Unit);
        if (unit is null || LengthUnit.FromOme(y.Unit) is not { } unitY || LengthUnit.FromOme(z.Unit) is not { } unitZ)
            return Valid(new VoxelSize(z.Value, y.Value, x.Value, null));
        return Valid(new VoxelSize(Scaled(z.Value, unitZ, unit), Scaled(y.Value, unitY, unit), x.Value, unit));

        static double Scaled(double value, string from, string to) => from == to ? value : value * LengthUnit.Factor(from, to);

        static VoxelSize? Valid(VoxelSize size) => size.IsValid ? size : null;
    }

    /// <summary>The time between time points, or null.</summary>
    public TimeStep? TimeStep() => TimeIncrement is { } step ? new TimeStep(step.Value, TimeUnit.FromOme(step.Unit)) : null;
}

/// <summary>A finite, positive number and the symbol of its unit, or null where none is stated.</summary>
internal readonly record struct OmeQuantity(double Value, string? Unit);

/// <summary>A <c>Channel</c>.</summary>
/// <param name="Name">Name for people, or null.</param>
/// <param name="Color">0xRRGGBB, or null.</param>
/// <param name="Samples">Samples of a pixel, or null where not stated.</param>
internal readonly record struct OmeChannel(string? Name, int? Color, long? Samples);

/// <summary>A <c>TiffData</c>: a run of directories of one file that are consecutive planes.</summary>
/// <param name="Ifd">The first directory, or null where not stated.</param>
/// <param name="Planes">How many, or null where not stated.</param>
/// <param name="Z">Place of the first plane.</param>
/// <param name="C">Place of the first plane.</param>
/// <param name="T">Place of the first plane.</param>
/// <param name="File">The file, or null where none is named.</param>
internal readonly record struct OmeTiffData(long? Ifd, long? Planes, long Z, long C, long T, OmeFileName? File);

/// <summary>A file as a <c>UUID</c> element names it; either part may be missing.</summary>
internal sealed record OmeFileName(string? Uuid, string? Name);
