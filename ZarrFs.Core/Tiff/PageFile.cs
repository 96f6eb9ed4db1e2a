using Microsoft.Win32.SafeHandles;

namespace ZarrFs.Core.Tiff;

/// <summary>An open file as the reader of planes needs it.</summary>
/// <param name="Handle">Open for reading.</param>
/// <param name="Path">For messages.</param>
/// <param name="Identity">Stands for the file as it was when it was listed, in the keys of <paramref name="Segments"/>.</param>
/// <param name="Segments">Where decoded strips and tiles live.</param>
internal readonly record struct PageFile(SafeFileHandle Handle, string Path, object Identity, SegmentCache Segments)
{
    /// <summary>Where it is 0 without being read; null if nowhere.</summary>
    public Holes? Holes { get; init; }
}
