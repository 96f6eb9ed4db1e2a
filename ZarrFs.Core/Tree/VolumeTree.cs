using ZarrFs.Core.Metadata;
using ZarrFs.Core.Pyramid;

namespace ZarrFs.Core.Tree;

/// <summary>Both roots of one volume, and what all their nodes have in common.</summary>
internal sealed class VolumeTree
{
    public VolumeTree(Multiscale multiscale, IReadOnlyList<OmeroChannel> channels)
    {
        Multiscale = multiscale;
        Modified = multiscale.Volume.Source.LastModified;
        Dialects = [GroupTree.V2(multiscale, channels), GroupTree.V3(multiscale, channels)];
        Generation = Convert.ToUInt32(ViewIdentity.Hash($"{multiscale.Name}|{ViewIdentity.Of(multiscale, fingerprint: "")}|{multiscale.Leading}|{multiscale.Volume.Source.Path}")[..8], 16);
        // So that a validator never survives a change of any of it.
        Identity = ViewIdentity.Hash($"{ViewIdentity.Of(multiscale)}|{multiscale.Leading}");
    }

    public Multiscale Multiscale { get; }

    /// <summary>Of its nodes.</summary>
    public uint Generation { get; }

    public DateTimeOffset Modified { get; }

    public GroupTree[] Dialects { get; }

    /// <summary>A short hash of the source's fingerprint and the view's options.</summary>
    public string Identity { get; }
}
