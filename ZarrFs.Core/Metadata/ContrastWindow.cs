using ZarrFs.Core.Volumes;

namespace ZarrFs.Core.Metadata;

/// <summary>
/// The range that viewers show from black (<see cref="Start"/>) to white (<see cref="End"/>), and the range of possible values
/// (<see cref="Min"/> … <see cref="Max"/>).
/// </summary>
public readonly record struct ContrastWindow(double Start, double End, double Min, double Max)
{
    /// <summary>Everything the type can hold; 0 … 1 for floating point.</summary>
    public static ContrastWindow Of(DataType type)
    {
        (double min, double max) = type switch
        {
            DataType.UInt8 => (byte.MinValue, byte.MaxValue),
            DataType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
            DataType.UInt16 => (ushort.MinValue, ushort.MaxValue),
            DataType.Int16 => (short.MinValue, short.MaxValue),
            DataType.UInt32 => (uint.MinValue, uint.MaxValue),
            DataType.Int32 => (int.MinValue, int.MaxValue),
            DataType.UInt64 => (ulong.MinValue, ulong.MaxValue),
            DataType.Int64 => (long.MinValue, long.MaxValue),
            _ => (0d, 1d),
        };
        return new ContrastWindow(min, max, min, max);
    }

    /// <summary>The least window that holds this one and another.</summary>
    public ContrastWindow Spanning(in ContrastWindow other) =>
        new(Math.Min(Start, other.Start), Math.Max(End, other.End), Math.Min(Min, other.Min), Math.Max(Max, other.Max));
}
