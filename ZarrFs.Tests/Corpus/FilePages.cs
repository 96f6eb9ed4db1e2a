using Microsoft.Win32.SafeHandles;
using ZarrFs.Core.Cache;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Tiff;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Tests.Corpus;

/// <summary>The pages of a file, each by itself, whatever they are to one another.</summary>
internal static class FilePages
{
    private const long Budget = 1L << 30;

    /// <summary>Reads each page: a plane for each channel.</summary>
    public static IEnumerable<(List<byte[]> Planes, DataType Type)> Read(string path, Photometric photometric)
    {
        using SafeFileHandle handle = File.OpenHandle(path);
        using BufferPool pool = new(Budget);
        TiffFile tiff = TiffFile.Read(handle, path, RandomAccess.GetLength(handle), like: null, photometric);
        using SegmentCache segments = new(pool);
        PageFile file = new(handle, path, new object(), segments);
        for (int i = 0; i < tiff.Count; i++)
        {
            TiffPage page = tiff.Page(i);
            PageLayout layout = page.Layout;
            List<byte[]> planes = [];
            for (int channel = 0; channel < layout.Channels; channel++)
            {
                byte[] plane = new byte[layout.Height * layout.Width * layout.DataType.Size()];
                if (!PlaneReader.TryRead(file, page, channel, 0, 0, (int)layout.Height, (int)layout.Width, plane, (int)layout.Width * layout.DataType.Size()))
                    throw new EndOfStreamException($"{path}: page {i} is cut off");
                planes.Add(plane);
            }

            yield return (planes, layout.DataType);
        }
    }
}
