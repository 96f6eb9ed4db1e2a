using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace ZarrFs.Host.Http.Page;

/// <summary>The start page's own files, under <c>/page/</c>: they are in the program.</summary>
internal sealed class PageDoor : IDoor
{
    private static readonly Dictionary<string, Asset> Assets = new(StringComparer.Ordinal)
    {
        ["page/style.css"] = Asset.Read("style.css", "text/css; charset=utf-8"),
        ["page/script.js"] = Asset.Read("script.js", "text/javascript; charset=utf-8"),
        ["page/icon.svg"] = Asset.Read("icon.svg", "image/svg+xml"),
    };

    public Task? TryAnswer(in Visit visit)
    {
        if (!visit.IsRead || visit.IsDirectory || !Assets.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(visit.Path, out Asset? asset)) return null;
        HttpContext context = visit.Context;
        return FileHeaders.Set(context, asset.ContentType, asset.Content.Length, new Validators(asset.Tag, null, IsProvisional: false), out ByteRange range)
            ? BodyWriting.WriteAsync(context, asset.Content.AsMemory((int)range.Start, (int)range.Length))
            : Task.CompletedTask;
    }

    private sealed record Asset(byte[] Content, StringValues ContentType, string Tag)
    {
        public static Asset Read(string name, string contentType)
        {
            using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"page/{name}")
                ?? throw new InvalidOperationException($"the program was built without page/{name}");
            byte[] content = new byte[stream.Length];
            stream.ReadExactly(content);
            return new Asset(content, contentType, $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8))}\"");
        }
    }
}
