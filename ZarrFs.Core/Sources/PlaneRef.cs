namespace ZarrFs.Core.Sources;

/// <summary>Where a plane is.</summary>
/// <param name="File">Number of the file in the source's list.</param>
/// <param name="Page">0-based place in the file's main chain of directories, reduced and foreign ones counted.</param>
internal readonly record struct PlaneRef(int File, int Page);
