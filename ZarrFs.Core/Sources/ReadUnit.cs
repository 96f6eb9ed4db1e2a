namespace ZarrFs.Core.Sources;

/// <summary>
/// The natural read unit of a source, in voxels, aligned at the origin: a slice's rows are (1, 1, width), a tile (1, height, width),
/// a strip that must be decoded whole (1, rows, width), a cell's rows (1, 1, 500).
/// </summary>
/// <param name="Depth">Planes.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Channels">Channels that come together, as the samples of a pixel do; 1 where each lies by itself.</param>
/// <param name="IsDecoded">True if a unit must be decoded whole, which costs far more than copying it.</param>
public readonly record struct ReadUnit(int Depth, long Height, long Width, int Channels = 1, bool IsDecoded = false);
