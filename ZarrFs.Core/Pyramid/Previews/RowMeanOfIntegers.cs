using System.Numerics;

namespace ZarrFs.Core.Pyramid.Previews;

/// <summary>The mean of integers, ties to even, of their exact sum.</summary>
/// <typeparam name="T">A voxel.</typeparam>
/// <typeparam name="TSum">An integer of the same sign in which <see cref="RowReducer.MostVoxels"/> of them have room.</typeparam>
internal readonly unsafe struct RowMeanOfIntegers<T, TSum> : IRowReduction<T>
    where T : unmanaged, IBinaryInteger<T>
    where TSum : unmanaged, IBinaryInteger<TSum>
{
    public static T Reduce(T* voxels, int count)
    {
        TSum sum = Sum(voxels, count), number = TSum.CreateTruncating(count), quotient;
        if (BitOperations.IsPow2(count))
        {
            quotient = sum >> BitOperations.Log2((uint)count); // rounds down, also below zero; a division would take longer than the sum
        }
        else
        {
            quotient = sum / number;
            if (quotient * number > sum) quotient -= TSum.One;
        }

        TSum twice = (sum - (quotient * number)) << 1;
        if (twice > number || (twice == number && TSum.IsOddInteger(quotient))) quotient += TSum.One;
        return T.CreateTruncating(quotient);
    }

    private static TSum Sum(T* voxels, int count)
    {
        TSum sum = TSum.Zero;
        int done = 0;
        if (Vector.IsHardwareAccelerated && sizeof(T) <= 2 && count >= Vector<T>.Count)
        {
            done = count - (count % Vector<T>.Count);
            sum = TSum.IsNegative(TSum.CreateTruncating(-1))
                ? TSum.CreateTruncating(SumSigned(voxels, done))
                : TSum.CreateTruncating(SumUnsigned(voxels, done));
        }

        for (; done < count; done++) sum += TSum.CreateTruncating(voxels[done]);
        return sum;
    }

    private static uint SumUnsigned(T* voxels, int count)
    {
        Vector<uint> first = Vector<uint>.Zero, second = Vector<uint>.Zero;
        for (int i = 0; i < count; i += Vector<T>.Count)
        {
            Vector<ushort> wide;
            if (sizeof(T) == 1)
            {
                Vector<byte> bytes = Vector.As<T, byte>(Vector.Load(voxels + i));
                wide = Vector.WidenLower(bytes) + Vector.WidenUpper(bytes);
            }
            else
            {
                wide = Vector.As<T, ushort>(Vector.Load(voxels + i));
            }

            first += Vector.WidenLower(wide);
            second += Vector.WidenUpper(wide);
        }

        return Vector.Sum(first + second);
    }

    private static int SumSigned(T* voxels, int count)
    {
        Vector<int> first = Vector<int>.Zero, second = Vector<int>.Zero;
        for (int i = 0; i < count; i += Vector<T>.Count)
        {
            Vector<short> wide;
            if (sizeof(T) == 1)
            {
                Vector<sbyte> bytes = Vector.As<T, sbyte>(Vector.Load(voxels + i));
                wide = Vector.WidenLower(bytes) + Vector.WidenUpper(bytes);
            }
            else
            {
                wide = Vector.As<T, short>(Vector.Load(voxels + i));
            }

            first += Vector.WidenLower(wide);
            second += Vector.WidenUpper(wide);
        }

        return Vector.Sum(first + second);
    }
}
