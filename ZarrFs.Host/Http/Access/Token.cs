using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ZarrFs.Host.Http.Access;

/// <summary>What opens what without a password: <c>zarrfs_NUMBER_SECRET</c>, all of it fit for a URL; the secret is 256 random bits.</summary>
internal sealed class Token
{
    /// <summary>What all begin with, so that people and programs know one when they see it.</summary>
    public const string Prefix = "zarrfs_";

    private const string NumberLetters = "abcdefghjkmnpqrstuvwxyz23456789";
    private const int NumberLength = 8, SecretBytes = 32, SecretLength = 43;
    private static readonly SearchValues<char> Number = SearchValues.Create(NumberLetters);

    private Token(string text) => Text = text;

    /// <summary>All of it: whoever knows it may read.</summary>
    public string Text { get; }

    /// <summary>By what it is listed and revoked; no secret.</summary>
    public string Id => Text.Substring(Prefix.Length, NumberLength);

    /// <summary>What a file keeps of it. It needs no salt and no slow hash: nobody guesses 256 bits.</summary>
    public byte[] Sum => SHA256.HashData(Encoding.ASCII.GetBytes(Text));

    public static Token Make() =>
        new($"{Prefix}{RandomNumberGenerator.GetString(NumberLetters, NumberLength)}_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes))}");

    /// <summary>Whether a text has the form of a token.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Token token)
    {
        const int SecretAt = 7 + NumberLength + 1;
        bool fits = text.Length == SecretAt + SecretLength && text.StartsWith(Prefix) && IsNumber(text.Slice(Prefix.Length, NumberLength))
            && text[SecretAt - 1] == '_' && !text[SecretAt..].ContainsAnyExcept(SecretLetters);
        token = fits ? new Token(text.ToString()) : null!;
        return fits;
    }

    /// <summary>Whether a text has the form of a token's number.</summary>
    public static bool IsNumber(ReadOnlySpan<char> text) => text.Length == NumberLength && !text.ContainsAnyExcept(Number);

    private static readonly SearchValues<char> SecretLetters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
}
