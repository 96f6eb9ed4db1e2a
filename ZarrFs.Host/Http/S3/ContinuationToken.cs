using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace ZarrFs.Host.Http.S3;

/// <summary>
/// Where a listing goes on: the last key that was listed, with a sum by which text that is no token is recognised. It says nothing that the client
/// does not know, and lets him see nothing that he could not list anyhow; so it holds after a restart too.
/// </summary>
internal static class ContinuationToken
{
    private const int SumBytes = 8;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Write(string lastKey)
    {
        byte[] key = Strict.GetBytes(lastKey);
        return Base64Url.EncodeToString([.. Sum(key), .. key]);
    }

    public static bool TryRead(string token, out string lastKey)
    {
        lastKey = "";
        byte[] bytes = new byte[Base64Url.GetMaxDecodedLength(token.Length)];
        if (!Base64Url.IsValid(token) || !Base64Url.TryDecodeFromChars(token, bytes, out int length) || length <= SumBytes) return false;
        ReadOnlySpan<byte> key = bytes.AsSpan(SumBytes, length - SumBytes);
        if (!bytes.AsSpan(0, SumBytes).SequenceEqual(Sum(key))) return false;
        if (!Utf8.IsValid(key)) return false; // the sum is no secret: anybody can make one
        lastKey = Strict.GetString(key);
        return true;
    }

    private static ReadOnlySpan<byte> Sum(ReadOnlySpan<byte> key) => SHA256.HashData(key).AsSpan(0, SumBytes);
}
