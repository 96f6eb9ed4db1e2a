using ZarrFs.Core.Tree;

namespace ZarrFs.Host.Http.S3;

/// <summary>Some keys of a bucket, in order.</summary>
/// <param name="Entries">At most <see cref="ListRequest.MostKeys"/>.</param>
/// <param name="IsTruncated">Whether there are more.</param>
internal sealed record KeyPage(IReadOnlyList<KeyEntry> Entries, bool IsTruncated)
{
    public static KeyPage Read(ServedContent content, ListRequest request)
    {
        if (request.MaxKeys == 0) return new KeyPage([], IsTruncated: false);
        KeyWalk walk = new(content.Tree, request.Prefix, request.After, isDeep: !request.HasDelimiter);
        List<KeyEntry> entries = [];
        while (walk.TryNext(out string key, out Node node))
        {
            if (entries.Count == request.MaxKeys) return new KeyPage(entries, IsTruncated: true);
            entries.Add(new KeyEntry(key, node.IsDirectory, node.Size, node.Modified, node.IsDirectory ? "" : Validators.Of(content.Tree, content.Chunks, node).Tag));
        }

        return new KeyPage(entries, IsTruncated: false);
    }
}

/// <summary>One key, or what several have in common.</summary>
/// <param name="Key">In full.</param>
/// <param name="IsPrefix">Whether it is a directory.</param>
/// <param name="Size">Of the object, in bytes.</param>
/// <param name="Modified">The source's time.</param>
/// <param name="Tag">The entity tag, quoted.</param>
internal readonly record struct KeyEntry(string Key, bool IsPrefix, long Size, DateTimeOffset Modified, string Tag);
