using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Sources;

/// <summary>A directory of tiny slices, each filled with a number of its own, so that what is read says which file it is.</summary>
internal sealed class NamedSlices : IDisposable
{
    private const int Height = 2;
    private const int Width = 3;

    private readonly TemporaryDirectory _directory = new();
    private readonly string[] _names;

    /// <param name="names">Relative paths without extension.</param>
    /// <param name="pages">Pages of each file.</param>
    public NamedSlices(IEnumerable<string> names, int pages = 1)
    {
        _names = [.. names];
        for (int i = 0; i < _names.Length; i++)
        {
            byte[] samples = new byte[pages * Height * Width];
            for (int page = 0; page < pages; page++) samples.AsSpan(page * Height * Width, Height * Width).Fill((byte)(1 + i * pages + page));
            _directory.File($"{_names[i]}.tif", new TiffWriter().Write(pages, Height, Width, DataType.UInt8, samples));
        }
    }

    public string Path => _directory.Path;

    public TemporaryDirectory Directory => _directory;

    /// <summary>The shape and, in the order t, c, z, the name of each plane's file; <c>-</c> is a hole, <c>name:1</c> a page.</summary>
    public string Describe(ISource source, int pages = 1)
    {
        byte[] voxels = Samples.ReadEverything(source);
        List<string> planes = [];
        foreach (byte[] plane in voxels.Chunk(Height * Width))
        {
            byte value = Assert.Single(plane.Distinct());
            planes.Add(value == 0 ? "-" : pages == 1 ? _names[value - 1] : $"{_names[(value - 1) / pages]}:{(value - 1) % pages}");
        }

        return $"{source.Shape.T} {source.Shape.C} {source.Shape.Z}: {string.Join(' ', planes)}";
    }

    public void Dispose() => _directory.Dispose();
}
