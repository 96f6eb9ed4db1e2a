using System.Security.Cryptography;
using System.Text;

namespace ZarrFs.Core.Sources;

/// <summary>The identity of a source's voxels: changes with the name, size or time of any file.</summary>
internal static class Fingerprint
{
    /// <summary>The first 128 bits of a SHA-256 over the kind, the files and <c>meta.json</c>, as 32 hexadecimal digits.</summary>
    public static string Of(string kind, IEnumerable<SourceFile> files, VolumeMetadata? metadata)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        StringBuilder text = new(kind, 1 << 14);
        text.Append('\n');
        foreach (SourceFile file in files)
        {
            // No file name has a zero in it: the fields cannot run into one another.
            text.Append(file.Name).Append('\0').Append(file.Size).Append('\0').Append(file.Modified.Ticks).Append('\n');
            if (text.Length < (1 << 14) - 600) continue;
            Add(hash, text);
        }

        Add(hash, text);
        if (metadata is not null) hash.AppendData(metadata.Content);
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..32];
    }

    private static void Add(IncrementalHash hash, StringBuilder text)
    {
        hash.AppendData(Encoding.UTF8.GetBytes(text.ToString()));
        text.Clear();
    }
}
