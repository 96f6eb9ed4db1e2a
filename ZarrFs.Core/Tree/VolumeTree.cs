using System.Security.Cryptography;
using System.Text;
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
        // Everything that decides a chunk's bytes, so that a validator never survives a change of any of it.
        string identity = string.Join(
            '|', multiscale.Volume.Source.Fingerprint, multiscale.Volume.Ranges, multiscale.Volume.Shift, multiscale.Volume.DataType, multiscale.Chunk,
            multiscale.Method, multiscale.Leading);
        Identity = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)).AsSpan(0, 8));
    }

    public Multiscale Multiscale { get; }

    public DateTimeOffset Modified { get; }

    public GroupTree[] Dialects { get; }

    /// <summary>A short hash of the source's fingerprint and the view's options.</summary>
    public string Identity { get; }
}
