namespace ZarrFs.Core.Tiff;

/// <summary>One tag that a decoder needs, its values read and checked.</summary>
internal readonly record struct CodecTag(TiffTag Tag, uint[] Values);

/// <summary>What a decoder must know besides the shape of a segment: tables, options and parameters of its compression. Equal by content.</summary>
internal sealed class CodecTags(CodecTag[] tags) : IEquatable<CodecTags>
{
    public ReadOnlySpan<CodecTag> Tags => tags;

    public bool Equals(CodecTags? other)
    {
        if (ReferenceEquals(this, other)) return true;
        if (other is null || other.Tags.Length != tags.Length) return false;
        for (int i = 0; i < tags.Length; i++)
        {
            CodecTag own = tags[i], its = other.Tags[i];
            if (own.Tag != its.Tag || !own.Values.AsSpan().SequenceEqual(its.Values)) return false;
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as CodecTags);

    public override int GetHashCode() => HashCode.Combine(tags.Length, tags.Length == 0 ? 0 : tags[0].Values.Length);
}
