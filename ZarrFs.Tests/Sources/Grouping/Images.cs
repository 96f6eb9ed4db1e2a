using System.Security.Cryptography;
using ZarrFs.Core.Sources;
using ZarrFs.Core.Volumes;
using ZarrFs.Tests.Oracles;

namespace ZarrFs.Tests.Sources.Grouping;

/// <summary>Opens files as a user does, and compares with tifffile.</summary>
internal static class Images
{
    private static readonly SourceOptions Failing = new() { BadSlices = BadSlicePolicy.Fail };

    /// <summary>Opens all images of a file, looks at them, and closes them.</summary>
    public static T With<T>(string path, Func<IReadOnlyList<ISource>, T> look, SourceOptions? options = null)
    {
        IReadOnlyList<ISource> sources = SourceOpener.OpenAll(path, options ?? Failing);
        try
        {
            return look(sources);
        }
        finally
        {
            foreach (ISource source in sources) source.Dispose();
        }
    }

    /// <summary>Shape, type and voxels of all images of a file, as tifffile gives them.</summary>
    public static IReadOnlyList<Tifffile.Image> Of(string path, SourceOptions? options = null) => With(
        path, sources => (IReadOnlyList<Tifffile.Image>)[.. sources.Select(source => new Tifffile.Image(source.Shape, source.DataType.Name(), Hash(source)))],
        options);

    /// <summary>SHA-256 of all voxels in the order t c z y x.</summary>
    public static string Hash(ISource source)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] plane = new byte[source.Shape.Y * source.Shape.X * source.DataType.Size()];
        for (long t = 0; t < source.Shape.T; t++)
        {
            for (long c = 0; c < source.Shape.C; c++)
            {
                for (long z = 0; z < source.Shape.Z; z++)
                {
                    source.Read(new Region(t, c, z, 0, 0, 1, (int)source.Shape.Y, (int)source.Shape.X), plane);
                    hash.AppendData(plane);
                }
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
