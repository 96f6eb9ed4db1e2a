namespace ZarrFs.Host.Http.Pictures;

/// <summary>A finished picture.</summary>
/// <param name="Png">The file.</param>
/// <param name="State">What it was made of.</param>
internal sealed record Picture(byte[] Png, PictureState State);

/// <summary>What the chunks of a picture are: of two pictures of the same things and the same state, the pixels are the same.</summary>
/// <param name="Revision">The last change of the source that goes into any of them.</param>
/// <param name="Previews">A number for which of them are previews; 0 for none.</param>
internal readonly record struct PictureState(int Revision, ulong Previews)
{
    /// <summary>Whether any chunk was a preview.</summary>
    public bool IsProvisional => Previews != 0;

    /// <summary>The part of <see cref="Previews"/> that a preview is, by the chunk's number among those of the picture; the parts are combined by exclusive or.</summary>
    public static ulong PartOf(int chunk)
    {
        ulong mixed = ((ulong)chunk + 1) * 0x9E3779B97F4A7C15;
        return mixed ^ (mixed >> 29);
    }

    /// <summary>What comes at the end of an entity tag.</summary>
    public string Tail => (Revision > 0 ? $"-r{Revision}" : "") + (IsProvisional ? $"-{Previews:x}-p" : "");
}
