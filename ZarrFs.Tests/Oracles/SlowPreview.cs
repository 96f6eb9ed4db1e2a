using System.Globalization;
using System.Numerics;
using ZarrFs.Core.Pyramid;

namespace ZarrFs.Tests.Oracles;

/// <summary>The previews of whole levels as <c>docs/SEMANTICS.md</c> defines them: voxel by voxel, in decimal or double.</summary>
internal static class SlowPreview
{
    public static T[,,] Level<T>(T[,,] box, int level, DownsampleMethod method)
        where T : struct, INumber<T>
    {
        int depth = box.GetLength(0), height = box.GetLength(1), width = box.GetLength(2);
        long factor = 1L << level;
        var result = new T[Ceiling(depth, factor), Ceiling(height, factor), Ceiling(width, factor)];
        for (int z = 0; z < result.GetLength(0); z++)
        {
            for (int y = 0; y < result.GetLength(1); y++)
            {
                for (int x = 0; x < result.GetLength(2); x++)
                {
                    if (method == DownsampleMethod.Nearest)
                    {
                        result[z, y, x] = box[z * factor, y * factor, x * factor];
                        continue;
                    }

                    long plane = Math.Min((z * factor) + (factor / 2), depth - 1), row = Math.Min((y * factor) + (factor / 2), height - 1);
                    var voxels = new List<T>();
                    for (long column = x * factor; column < Math.Min((x + 1) * factor, width); column++) voxels.Add(box[plane, row, column]);
                    result[z, y, x] = method switch
                    {
                        DownsampleMethod.Mean or DownsampleMethod.Gaussian => Mean(voxels),
                        DownsampleMethod.Max => voxels.Exists(T.IsNaN) ? voxels.Find(T.IsNaN) : voxels.Max(),
                        DownsampleMethod.Min => voxels.Exists(T.IsNaN) ? voxels.Find(T.IsNaN) : voxels.Min(),
                        DownsampleMethod.Mode => Mode(voxels),
                        _ => throw new ArgumentOutOfRangeException(nameof(method)),
                    };
                }
            }
        }

        return result;
    }

    private static long Ceiling(long voxels, long factor) => (voxels + factor - 1) / factor;

    private static T Mean<T>(List<T> voxels)
        where T : struct, INumber<T>
    {
        if (typeof(T) == typeof(float) || typeof(T) == typeof(double))
        {
            double total = voxels.Aggregate(0d, (sum, voxel) => sum + Convert.ToDouble(voxel, CultureInfo.InvariantCulture)) / voxels.Count;
            return typeof(T) == typeof(float) ? (T)(object)(float)total : (T)(object)total;
        }

        // Whole numbers and a rest, so that no decimal is rounded before the end.
        BigInteger exact = voxels.Aggregate(BigInteger.Zero, (sum, voxel) => sum + BigInteger.CreateChecked(voxel));
        BigInteger rest = ((exact % voxels.Count) + voxels.Count) % voxels.Count, whole = (exact - rest) / voxels.Count;
        if (rest * 2 > voxels.Count || (rest * 2 == voxels.Count && !whole.IsEven)) whole++;
        return T.CreateChecked(whole);
    }

    private static T Mode<T>(List<T> voxels)
        where T : struct, INumber<T> =>
        voxels.TrueForAll(T.IsNaN)
            ? voxels[0]
            : voxels.Where(v => !T.IsNaN(v)).GroupBy(v => v).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).First().Key;
}
