namespace ZarrFs.Core.Tiff;

/// <summary>
/// The ColorMap of a page: red, green and blue of each index, 16 bits each in the file. Most maps were made from 8-bit colours, either
/// times 257 or, against the specification, as they are; those come out as 8 bits.
/// </summary>
public sealed class Palette : IEquatable<Palette>
{
    private readonly ushort[] _values;

    /// <param name="values">All of red, then green, then blue.</param>
    public Palette(ushort[] values)
    {
        if (values.Length == 0 || values.Length % 3 != 0) throw new ArgumentException($"{values.Length} values, expected three for each index", nameof(values));
        bool small = Array.TrueForAll(values, static value => value < 256);
        IsNarrow = small || Array.TrueForAll(values, static value => value % 257 == 0);
        _values = IsNarrow && !small ? Array.ConvertAll(values, static value => (ushort)(value >> 8)) : values;
    }

    /// <summary>Number of indices.</summary>
    public int Count => _values.Length / 3;

    /// <summary>True if the colours have 8 bits.</summary>
    public bool IsNarrow { get; }

    /// <summary>The value of each index in red (0), green (1) or blue (2): 0 to 255 if <see cref="IsNarrow"/>, else to 65535.</summary>
    public ReadOnlySpan<ushort> Channel(int channel) => _values.AsSpan(channel * Count, Count);

    /// <summary>The colour of an index as 0xRRGGBB.</summary>
    public int Color(int index)
    {
        int shift = IsNarrow ? 0 : 8;
        return (Channel(0)[index] >> shift << 16) | (Channel(1)[index] >> shift << 8) | (Channel(2)[index] >> shift);
    }

    /// <inheritdoc/>
    public bool Equals(Palette? other) =>
        other is not null && (ReferenceEquals(this, other) || (IsNarrow == other.IsNarrow && _values.AsSpan().SequenceEqual(other._values)));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Palette);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_values.Length, _values[^1], _values[_values.Length / 2]);
}
