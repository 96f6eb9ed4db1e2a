using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ZarrFs.Host.Http.Access;

/// <summary>
/// What is kept of a password: a salted PBKDF2 (RFC 8018), slow on purpose, as <c>$pbkdf2-sha256$ITERATIONS$SALT$SUM</c>, the modular form that Python's
/// passlib has too; salt and sum are base64 without padding and with <c>.</c> for <c>+</c>.
/// </summary>
internal sealed class PasswordHash
{
    /// <summary>What OWASP asks for SHA-256; a fifth of a second.</summary>
    public const int LeastIterations = 600_000;

    // A file is not to make each login take minutes.
    private const int MostIterations = 20_000_000, SaltBytes = 16, LeastSaltBytes = 8, MostBytes = 128;
    private const string Sha256 = "pbkdf2-sha256", Sha512 = "pbkdf2-sha512";

    private readonly bool _isLong;
    private readonly int _iterations;
    private readonly byte[] _salt, _sum;

    private PasswordHash(bool isLong, int iterations, byte[] salt, byte[] sum)
    {
        _isLong = isLong;
        _iterations = iterations;
        _salt = salt;
        _sum = sum;
        Text = $"${(isLong ? Sha512 : Sha256)}${iterations.ToString(CultureInfo.InvariantCulture)}${Encode(salt)}${Encode(sum)}";
    }

    /// <summary>As it stands in a file.</summary>
    public string Text { get; }

    /// <summary>Hashes a new password.</summary>
    public static PasswordHash Make(string password)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return new PasswordHash(false, LeastIterations, salt, Compute(password, salt, LeastIterations, isLong: false, SHA256.HashSizeInBytes));
    }

    /// <summary>Reads what <see cref="Text"/> gives.</summary>
    /// <param name="text">One field of a line.</param>
    /// <param name="hash">The hash.</param>
    /// <param name="problem">What is wrong with it, or empty.</param>
    public static bool TryParse(string text, out PasswordHash hash, out string problem)
    {
        hash = null!;
        string[] parts = text.Split('$');
        if (parts is not ["", Sha256 or Sha512, var count, var salt, var sum])
        {
            problem = text.StartsWith("$apr1$", StringComparison.Ordinal) || text.StartsWith("$2", StringComparison.Ordinal) || text.StartsWith("{SHA}", StringComparison.Ordinal)
                ? "the hash is one of Apache's htpasswd, which is not understood"
                : "the second field is no hash of a password";
            return false;
        }

        if (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int iterations) || iterations is < LeastIterations or > MostIterations)
        {
            problem = $"the hash has '{count}' iterations; expected {LeastIterations} to {MostIterations}";
            return false;
        }

        bool isLong = parts[1] == Sha512;
        byte[]? saltBytes = Decode(salt), sumBytes = Decode(sum);
        if (saltBytes is null || sumBytes is null || saltBytes.Length is < LeastSaltBytes or > MostBytes
            || sumBytes.Length != (isLong ? SHA512.HashSizeInBytes : SHA256.HashSizeInBytes))
        {
            problem = "the hash is cut off or was changed";
            return false;
        }

        hash = new PasswordHash(isLong, iterations, saltBytes, sumBytes);
        problem = "";
        return true;
    }

    /// <summary>A hash that takes as long, and that no password has.</summary>
    public PasswordHash Decoy() => new(_isLong, _iterations, RandomNumberGenerator.GetBytes(_salt.Length), RandomNumberGenerator.GetBytes(_sum.Length));

    /// <summary>Whether it is a password's; takes long.</summary>
    public bool Matches(string password) => CryptographicOperations.FixedTimeEquals(Compute(password, _salt, _iterations, _isLong, _sum.Length), _sum);

    private static byte[] Compute(string password, byte[] salt, int iterations, bool isLong, int length) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, iterations, isLong ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256, length);

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '.');

    private static byte[]? Decode(string text)
    {
        string padded = text.Replace('.', '+') + new string('=', (4 - (text.Length % 4)) % 4);
        byte[] bytes = new byte[padded.Length];
        return Convert.TryFromBase64String(padded, bytes, out int count) ? bytes[..count] : null;
    }
}
