using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace ZarrFs.Host.Http.S3;

/// <summary>What is signed of a request, and the signature itself (AWS Signature Version 4, as S3 has it).</summary>
internal static class CanonicalRequest
{
    public const string UnsignedPayload = "UNSIGNED-PAYLOAD";

    /// <summary>SHA-256 of nothing.</summary>
    public const string EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// <summary>Writes the request as both sides see it.</summary>
    /// <param name="method">GET or HEAD.</param>
    /// <param name="path">As <see cref="PathOf"/> gives it.</param>
    /// <param name="query">Its parameters.</param>
    /// <param name="headers">All.</param>
    /// <param name="signature">Names those that are signed.</param>
    public static string Write(string method, string path, S3Query query, IHeaderDictionary headers, RequestSignature signature)
    {
        StringBuilder text = new();
        text.Append(method).Append('\n').Append(path).Append('\n').Append(query.Canonical()).Append('\n');
        foreach (string name in signature.SignedHeaders)
        {
            text.Append(name).Append(':');
            text.AppendJoin(',', headers[name].Select(value => CollapseSpaces(value ?? ""))).Append('\n');
        }

        text.Append('\n').AppendJoin(';', signature.SignedHeaders).Append('\n').Append(signature.PayloadHash);
        return text.ToString();
    }

    /// <summary>Signs it, with a key that is made of the secret for one day, region and service; in hexadecimal.</summary>
    public static string Sign(string canonical, RequestSignature signature, string secret)
    {
        byte[] key = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (string part in signature.Scope.Split('/')) key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)));
        string text = $"{RequestSignature.Algorithm}\n{signature.TimeText}\n{signature.Scope}\n{hash}";
        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>The path in one way of encoding, whichever the client sends it in.</summary>
    public static string PathOf(string target)
    {
        int question = target.IndexOf('?');
        if (question >= 0) target = target[..question];
        if (!target.StartsWith('/')) target = target.IndexOf('/', target.IndexOf("://", StringComparison.Ordinal) + 3) is >= 0 and int slash ? target[slash..] : "/";
        return string.Join('/', target.Split('/').Select(name => Uri.EscapeDataString(RequestPath.Decode(name, out _) ?? name)));
    }

    private static string CollapseSpaces(string value) => string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
