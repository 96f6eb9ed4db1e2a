using System.Security.Cryptography;
using System.Text;

namespace ZarrFs.Tests.Http.S3;

/// <summary>Signs requests as clients do, where nothing has to be sorted or encoded.</summary>
internal static class RequestSigner
{
    public static (string Name, string Value)[] Sign(string target, string host, DateTimeOffset time, string accessKey, string secret, string method = "GET")
    {
        string date = time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'"), scope = $"{date[..8]}/here/s3/aws4_request";
        string[] parts = target.Split('?');
        string canonical = $"{method}\n{parts[0]}\n{(parts.Length > 1 ? parts[1] : "")}\nhost:{host}\nx-amz-date:{date}\n\nhost;x-amz-date\nUNSIGNED-PAYLOAD";
        string text = $"AWS4-HMAC-SHA256\n{date}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        byte[] key = Hash(Hash(Hash(Hash(Encoding.UTF8.GetBytes("AWS4" + secret), date[..8]), "here"), "s3"), "aws4_request");
        return
        [
            ("x-amz-date", date),
            ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
            ("Authorization", $"AWS4-HMAC-SHA256 Credential={accessKey}/{scope}, SignedHeaders=host;x-amz-date, Signature={Convert.ToHexStringLower(Hash(key, text))}"),
        ];

        static byte[] Hash(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
    }
}
