using System.Globalization;
using System.Numerics;
using ZarrFs.Core.Pyramid;

namespace ZarrFs.Tests.Oracles;

/// <summary>Downsampling by its definition: pads by the edge, collects 8 numbers, computes in decimal or double.</summary>
internal static class SlowDownsampler
{
    public static T[,,] Halve<T>(T[,,] box, DownsampleMethod method)
        where T : struct, INumber<T>
    {
        if (method == DownsampleMethod.Gaussian) return SlowGaussian.Halve(box);
        T[,,] even = PadToEven(box);
        var result = new T[even.GetLength(0) / 2, even.GetLength(1) / 2, even.GetLength(2) / 2];
        for (int z = 0; z < result.GetLength(0); z++)
        {
            for (int y = 0; y < result.GetLength(1); y++)
            {
                for (int x = 0; x < result.GetLength(2); x++)
                {
                    var eight = new List<T>();
                    for (int corner = 0; corner < 8; corner++)
                    {
                        eight.Add(even[(2 * z) + (corner / 4), (2 * y) + (corner / 2 % 2), (2 * x) + (corner % 2)]);
                    }

                    result[z, y, x] = method switch
                    {
                        DownsampleMethod.Mean => Mean(eight),
                        DownsampleMethod.Nearest => eight[0],
                        DownsampleMethod.Max => eight.Exists(T.IsNaN) ? eight.Find(T.IsNaN) : eight.Max(),
                        DownsampleMethod.Min => eight.Exists(T.IsNaN) ? eight.Find(T.IsNaN) : eight.Min(),
                        DownsampleMethod.Mode => Mode(eight),
                        _ => throw new ArgumentOutOfRangeException(nameof(method)),
                    };
                }
            }
        }

        return result;
    }

    private static T[,,] PadToEven<T>(T[,,] box)
    {
        int depth = box.GetLength(0), height = box.GetLength(1), width = box.GetLength(2);
        var padded = new T[depth + (depth % 2), height + (height % 2), width + (width % 2)];
        for (int z = 0; z < padded.GetLength(0); z++)
        {
            for (int y = 0; y < padded.GetLength(1); y++)
            {
                for (int x = 0; x < padded.GetLength(2); x++)
                {
                    padded[z, y, x] = box[z == depth ? z - 1 : z, y == height ? y - 1 : y, x == width ? x - 1 : x];
                }
            }
        }

        return padded;
    }

    private static T Mean<T>(List<T> eight)
        where T : struct, INumber<T>
    {
        if (typeof(T) == typeof(float) || typeof(T) == typeof(double))
        {
            double[] n = eight.ConvertAll(v => Convert.ToDouble(v, CultureInfo.InvariantCulture)).ToArray();
            double front = (n[0] + n[1]) + (n[2] + n[3]);
            double back = (n[4] + n[5]) + (n[6] + n[7]);
            double mean = (front + back) / 8;
            return typeof(T) == typeof(float) ? (T)(object)(float)mean : (T)(object)mean;
        }

        // 8 numbers of 64 bits and three binary places take 23 of decimal's 28 digits: exact.
        decimal sum = 0;
        foreach (T voxel in eight) sum += Convert.ToDecimal(voxel, CultureInfo.InvariantCulture);
        return (T)Convert.ChangeType(Math.Round(sum / 8, 0, MidpointRounding.ToEven), typeof(T), CultureInfo.InvariantCulture);
    }

    private static T Mode<T>(List<T> eight)
        where T : struct, INumber<T> =>
        eight.TrueForAll(T.IsNaN)
            ? eight[0]
            : eight.Where(v => !T.IsNaN(v)).GroupBy(v => v).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).First().Key;
}
