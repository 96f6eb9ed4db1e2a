namespace ZarrFs.Core.Volumes;

/// <summary>The number type of a voxel, as Zarr names it.</summary>
public enum DataType
{
    UInt8,
    Int8,
    UInt16,
    Int16,
    UInt32,
    Int32,
    UInt64,
    Int64,
    Float32,
    Float64,
}

/// <summary>What specifications call the data types.</summary>
public static class DataTypes
{
    /// <summary>Bytes of one voxel.</summary>
    public static int Size(this DataType type) => type switch
    {
        DataType.UInt8 or DataType.Int8 => 1,
        DataType.UInt16 or DataType.Int16 => 2,
        DataType.UInt32 or DataType.Int32 or DataType.Float32 => 4,
        DataType.UInt64 or DataType.Int64 or DataType.Float64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a data type"),
    };

    /// <summary>Zarr v3's <c>data_type</c>, which is also numpy's name: <c>uint16</c>.</summary>
    public static string Name(this DataType type) => type switch
    {
        DataType.UInt8 => "uint8",
        DataType.Int8 => "int8",
        DataType.UInt16 => "uint16",
        DataType.Int16 => "int16",
        DataType.UInt32 => "uint32",
        DataType.Int32 => "int32",
        DataType.UInt64 => "uint64",
        DataType.Int64 => "int64",
        DataType.Float32 => "float32",
        DataType.Float64 => "float64",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a data type"),
    };

    /// <summary>Zarr v2's <c>dtype</c>, little-endian: <c>&lt;u2</c>, and <c>|u1</c> where there is no byte order.</summary>
    public static string TypeString(this DataType type)
    {
        int size = type.Size();
        char kind = type is DataType.Float32 or DataType.Float64 ? 'f' : IsSigned(type) ? 'i' : 'u';
        return $"{(size == 1 ? '|' : '<')}{kind}{size}";
    }

    /// <summary>True for the signed integers and the floating-point types.</summary>
    public static bool IsSigned(this DataType type) =>
        type is DataType.Int8 or DataType.Int16 or DataType.Int32 or DataType.Int64 or DataType.Float32 or DataType.Float64;

    /// <summary>Finds a type by Zarr v3's name (<c>uint8</c>).</summary>
    public static bool TryParse(string name, out DataType type)
    {
        foreach (DataType candidate in Enum.GetValues<DataType>())
        {
            if (string.Equals(candidate.Name(), name, StringComparison.OrdinalIgnoreCase))
            {
                type = candidate;
                return true;
            }
        }

        type = default;
        return false;
    }
}
