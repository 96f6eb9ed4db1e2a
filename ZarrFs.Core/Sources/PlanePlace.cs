namespace ZarrFs.Core.Sources;

/// <summary>A plane of a <see cref="PlaneTable"/> and the page it is.</summary>
/// <param name="T">Time point.</param>
/// <param name="C">Channel of pages: samples of a pixel are not counted.</param>
/// <param name="Z">Plane.</param>
/// <param name="Plane">File and page.</param>
internal readonly record struct PlanePlace(long T, long C, long Z, PlaneRef Plane);
