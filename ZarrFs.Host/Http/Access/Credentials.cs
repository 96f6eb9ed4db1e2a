using System.Text;
using Microsoft.Extensions.Primitives;

namespace ZarrFs.Host.Http.Access;

/// <summary>How a request says who it is from.</summary>
internal enum CredentialsKind
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>By a token: as a bearer, or in the place of a password, with any user's name.</summary>
    Token,

    /// <summary>By a user's name and a password.</summary>
    Password,

    /// <summary>By a signature (AWS Signature Version 4), which only the S3 door understands.</summary>
    Signature,

    /// <summary>In a way that is not understood.</summary>
    Unknown,
}

/// <summary>What an <c>Authorization</c> header says (RFC 9110 section 11.6.2).</summary>
/// <param name="Kind">In what way.</param>
/// <param name="Token">The token.</param>
/// <param name="User">The user's name.</param>
/// <param name="Password">The password.</param>
internal readonly record struct Credentials(CredentialsKind Kind, Token? Token = null, string User = "", string Password = "")
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static Credentials Read(in StringValues header)
    {
        if (header.Count == 0) return new Credentials(CredentialsKind.None);
        if (header.Count > 1 || header[0] is not { } text) return new Credentials(CredentialsKind.Unknown);
        int space = text.IndexOf(' ');
        ReadOnlySpan<char> scheme = space < 0 ? text : text.AsSpan(0, space), value = space < 0 ? default : text.AsSpan(space + 1).Trim(' ');
        if (scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            return Access.Token.TryParse(value, out Token token) ? new Credentials(CredentialsKind.Token, token) : new Credentials(CredentialsKind.Unknown);
        if (scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)) return ReadBasic(value);
        return new Credentials(scheme.StartsWith("AWS4-", StringComparison.Ordinal) ? CredentialsKind.Signature : CredentialsKind.Unknown);
    }

    /// <summary>RFC 7617.</summary>
    private static Credentials ReadBasic(ReadOnlySpan<char> value)
    {
        byte[] bytes = new byte[value.Length];
        if (!Convert.TryFromBase64Chars(value, bytes, out int count)) return new Credentials(CredentialsKind.Unknown);
        string text;
        try
        {
            text = Strict.GetString(bytes, 0, count);
        }
        catch (DecoderFallbackException)
        {
            // What some clients (aiohttp, requests) send in spite of the charset that the challenge names.
            text = Encoding.Latin1.GetString(bytes, 0, count);
        }

        int colon = text.IndexOf(':');
        if (colon < 0) return new Credentials(CredentialsKind.Unknown);
        return Access.Token.TryParse(text.AsSpan(colon + 1), out Token token)
            ? new Credentials(CredentialsKind.Token, token, text[..colon])
            : new Credentials(CredentialsKind.Password, null, text[..colon], text[(colon + 1)..]);
    }

    /// <summary>For logs nothing of it is fit but the kind.</summary>
    public override string ToString() => Kind.ToString();
}
