namespace ZarrFs.Core.Sources;

/// <summary>
/// The natural read unit of a source, in voxels, aligned at the origin: a slice's rows are (1, 1, width), a tile (1, height, width),
/// a strip that must be decoded whole (1, rows, width), a cell's rows (1, 1, 500).
/// </summary>
public readonly record struct ReadUnit(int Depth, long Height, long Width);
