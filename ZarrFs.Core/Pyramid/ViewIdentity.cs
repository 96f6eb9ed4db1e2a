using System.Security.Cryptography;
using System.Text;

namespace ZarrFs.Core.Pyramid;

/// <summary>All that decides the bytes of a multiscale's chunks, whoever keeps or validates them.</summary>
internal static class ViewIdentity
{
    /// <summary>The source's fingerprint and the view's options.</summary>
    public static string Of(Multiscale multiscale) => Of(multiscale, multiscale.Volume.Source.Fingerprint);

    /// <summary>The same with another fingerprint, or without one.</summary>
    public static string Of(Multiscale multiscale, string fingerprint) => string.Join(
        '|', fingerprint, multiscale.Volume.Ranges, multiscale.Volume.Shift, multiscale.Volume.DataType, multiscale.Chunk,
        multiscale.Method);

    /// <summary>16 hexadecimal digits that stand for a text.</summary>
    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
}
