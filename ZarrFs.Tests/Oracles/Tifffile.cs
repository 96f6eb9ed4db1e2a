using System.Globalization;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Oracles;

/// <summary>Runs tifffile: it writes the files of microscopes, and says what is in them.</summary>
internal static class Tifffile
{
    private const string Describe = """
        import hashlib, sys
        import numpy as np
        import tifffile
        for path in sys.argv[1:]:
            with tifffile.TiffFile(path) as tiff:
                for series in tiff.series:
                    data = series.asarray()
                    axes = series.axes
                    # Unnamed axes are z, as ours are; what is missing is added.
                    axes = axes.replace('I', 'Z').replace('Q', 'Z')
                    if 'S' in axes and 'C' not in axes: axes = axes.replace('S', 'C')
                    for axis in 'XYZCT':
                        if axis not in axes:
                            axes += axis
                            data = data[..., None]
                    order = [axes.index(axis) for axis in 'TCZ'] + ([axes.index('S')] if 'S' in axes else []) + [axes.index('Y'), axes.index('X')]
                    data = data.transpose(order)
                    if 'S' in axes:
                        # Samples of a pixel are channels beside each other.
                        data = data.transpose(0, 1, 3, 2, 4, 5)
                        data = data.reshape(data.shape[0], -1, *data.shape[3:])
                    data = np.ascontiguousarray(data)
                    data = data.astype(data.dtype.newbyteorder('<'))
                    print(*data.shape, data.dtype.name, hashlib.sha256(data.tobytes()).hexdigest())
        """;

    /// <summary>Runs lines that find numpy as <c>np</c>, <c>tifffile</c>, and the given directory as the working one.</summary>
    public static void Write(string directory, string script) =>
        Tool.Run(Script.Python, ["-c", $"import os, sys\nimport numpy as np\nimport tifffile\nos.chdir(sys.argv[1])\n{script}", directory]).Expect();

    /// <summary>The images of a file: shape t c z y x, type, and SHA-256 of the voxels in that order, little-endian.</summary>
    public static IReadOnlyList<Image> Read(string path)
    {
        Tool run = Tool.Run(Script.Python, ["-c", Describe, path]).Expect();
        return [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Image.Parse)];
    }

    public sealed record Image(VolumeShape Shape, string Type, string Hash)
    {
        public static Image Parse(string line)
        {
            string[] parts = line.Split(' ');
            long[] shape = [.. parts[..5].Select(static part => long.Parse(part, CultureInfo.InvariantCulture))];
            return new Image(new VolumeShape(shape[0], shape[1], shape[2], shape[3], shape[4]), parts[5], parts[6]);
        }
    }
}
