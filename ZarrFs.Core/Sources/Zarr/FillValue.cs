using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json;
using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Sources.Zarr;

/// <summary>Reads the <c>fill_value</c> of Zarr v2 and v3: numbers, <c>"NaN"</c>, <c>"Infinity"</c>, <c>"-Infinity"</c>, bits as <c>"0x7fc00000"</c>.</summary>
internal static class FillValue
{
    /// <summary>One voxel, little-endian; null if the type cannot hold the value. v2's <c>null</c> (no matter what) is 0.</summary>
    public static byte[]? Parse(JsonElement value, DataType type) => type switch
    {
        DataType.UInt8 => Integer<byte>(value),
        DataType.Int8 => Integer<sbyte>(value),
        DataType.UInt16 => Integer<ushort>(value),
        DataType.Int16 => Integer<short>(value),
        DataType.UInt32 => Integer<uint>(value),
        DataType.Int32 => Integer<int>(value),
        DataType.UInt64 => Integer<ulong>(value),
        DataType.Int64 => Integer<long>(value),
        DataType.Float32 => Float<float>(value),
        _ => Float<double>(value),
    };

    private static byte[]? Integer<T>(JsonElement value)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null or JsonValueKind.False:
                return Bytes(T.Zero);
            case JsonValueKind.True:
                return Bytes(T.One);
            case JsonValueKind.Number:
                string text = value.GetRawText();
                if (T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out T whole)) return Bytes(whole);
                // Some writers give 0.0. What has no fraction below 2⁵³ is exact.
                return value.TryGetDouble(out double number) && number == Math.Floor(number) && Math.Abs(number) <= 1L << 53
                    && number >= double.CreateChecked(T.MinValue) && number <= double.CreateChecked(T.MaxValue)
                    ? Bytes(T.CreateChecked(number))
                    : null;
            default:
                return null;
        }
    }

    private static byte[]? Float<T>(JsonElement value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                return Bytes(T.Zero);
            case JsonValueKind.Number:
                return T.TryParse(value.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture, out T number) ? Bytes(number) : null;
            case JsonValueKind.String:
                return value.GetString() switch
                {
                    "NaN" => Bits<T>(Marshal.SizeOf<T>() == sizeof(float) ? "0x7fc00000" : "0x7ff8000000000000"), // as v3 defines it; .NET's has a sign
                    "Infinity" => Bytes(T.PositiveInfinity),
                    "-Infinity" => Bytes(T.NegativeInfinity),
                    { } text => Bits<T>(text),
                    null => null,
                };
            default:
                return null;
        }
    }

    /// <summary>The bits themselves, the most significant first.</summary>
    private static byte[]? Bits<T>(string text)
        where T : unmanaged
    {
        int size = Marshal.SizeOf<T>();
        if (!text.StartsWith("0x", StringComparison.Ordinal) || text.Length != 2 + 2 * size) return null;
        if (!ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong bits)) return null;
        byte[] voxel = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(voxel, bits);
        return voxel[..size];
    }

    private static byte[] Bytes<T>(T value)
        where T : unmanaged
    {
        byte[] voxel = new byte[Marshal.SizeOf<T>()];
        MemoryMarshal.Write(voxel, value);
        if (!BitConverter.IsLittleEndian) voxel.AsSpan().Reverse();
        return voxel;
    }
}
