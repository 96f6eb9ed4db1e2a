using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ZarrFs.Core.Failures;

namespace ZarrFs.Host.Http.Access;

/// <summary>The token file: JSON with all tokens, ended ones too, but none of them itself.</summary>
internal sealed class TokenFile
{
    public const string Option = "--token-file";

    private const int MostBytes = 16 << 20;
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n" };

    private readonly FrozenDictionary<string, TokenEntry> _byId, _byKey;

    private TokenFile(IReadOnlyList<TokenEntry> entries)
    {
        Entries = entries;
        _byId = entries.ToFrozenDictionary(entry => entry.Id, StringComparer.Ordinal);
        _byKey = entries.Where(entry => entry.Key is not null).ToFrozenDictionary(entry => entry.Key!.Id, StringComparer.Ordinal);
    }

    /// <summary>Where tokens are if nothing else is said: below the user's <c>$XDG_CONFIG_HOME</c>.</summary>
    public static string DefaultPath
    {
        get
        {
            string? home = Environment.GetEnvironmentVariable("XDG_CONFIG_HOME");
            if (string.IsNullOrEmpty(home)) home = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".config");
            return Path.GetFullPath(Path.Combine(home, "zarrfs", "tokens.json"));
        }
    }

    /// <summary>In the order they were made.</summary>
    public IReadOnlyList<TokenEntry> Entries { get; }

    /// <summary>Names of volumes that something still opens.</summary>
    public IEnumerable<string> Volumes => Entries.Where(entry => entry.Revoked is null).SelectMany(entry => entry.Volumes ?? FrozenSet<string>.Empty);

    /// <summary>Reads a file; one that is not there has no tokens.</summary>
    /// <exception cref="OptionException">Says what is wrong with it.</exception>
    public static TokenFile Read(string path) => Parse(path, SecretFile.ReadText(Option, path, MostBytes));

    /// <summary>Changes a file while nobody else does.</summary>
    /// <exception cref="OptionException">It is not as it should be, or cannot be written.</exception>
    public static void Change(string path, Func<IReadOnlyList<TokenEntry>, IEnumerable<TokenEntry>> change) =>
        SecretFile.Change(Option, path, MostBytes, text => Format(change(Parse(path, text).Entries)));

    /// <param name="path">For errors.</param>
    /// <param name="text">The file; empty for no tokens.</param>
    /// <exception cref="OptionException">Says what is wrong with it.</exception>
    public static TokenFile Parse(string path, string text)
    {
        if (string.IsNullOrWhiteSpace(text)) return new TokenFile([]);
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            CheckKeys(document.RootElement, "tokens");
            return new TokenFile([.. document.RootElement.GetProperty("tokens").EnumerateArray().Select(ReadEntry)]);
        }
        catch (Exception failure) when (failure is JsonException or FormatException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new OptionException(Option, $"{path} is not a file of 'zarrfs token': {failure.Message}");
        }
    }

    /// <summary>The file's text.</summary>
    public static string Format(IEnumerable<TokenEntry> entries)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text, Indented))
        {
            json.WriteStartObject();
            json.WriteStartArray("tokens");
            foreach (TokenEntry entry in entries) Write(json, entry);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray()) + "\n";
    }

    /// <summary>The entry of a token that is good; takes as long for one that is not there.</summary>
    public TokenEntry? Find(Token token, DateTimeOffset now)
    {
        TokenEntry? entry = _byId.GetValueOrDefault(token.Id);
        bool isSame = CryptographicOperations.FixedTimeEquals(token.Sum, entry?.Sum ?? NoSum);
        return isSame && entry is not null && entry.IsGood(now) ? entry : null;
    }

    /// <summary>The entry of an access key that is good.</summary>
    public TokenEntry? FindKey(string accessKey, DateTimeOffset now) => _byKey.GetValueOrDefault(accessKey) is { } entry && entry.IsGood(now) ? entry : null;

    private static readonly byte[] NoSum = new byte[SHA256.HashSizeInBytes];

    private static TokenEntry ReadEntry(JsonElement entry)
    {
        // A key that is misspelt must not open more than was meant.
        CheckKeys(entry, "id", "sha256", "volumes", "created", "expires", "note", "revoked", "accessKey");
        string id = Text(entry, "id");
        if (!Token.IsNumber(id)) throw new FormatException("an 'id' is not the number of a token");
        byte[] sum = Convert.FromHexString(Text(entry, "sha256"));
        if (sum.Length != SHA256.HashSizeInBytes) throw new FormatException($"the sum of token {id} has {sum.Length} bytes; expected {SHA256.HashSizeInBytes}");
        JsonElement volumes = entry.GetProperty("volumes"), key = entry.GetProperty("accessKey");
        if (key.ValueKind != JsonValueKind.Null) CheckKeys(key, "id", "secret");
        return new TokenEntry(
            id, sum, volumes.ValueKind == JsonValueKind.Null ? null : volumes.EnumerateArray().Select(name => name.GetString() ?? throw new FormatException($"a volume of token {id} is null")).ToFrozenSet(StringComparer.Ordinal),
            Time(entry, "created") ?? throw new FormatException($"token {id} was made at no time"), Time(entry, "expires"), Text(entry, "note"), Time(entry, "revoked"),
            key.ValueKind == JsonValueKind.Null ? null : new AccessKey(Text(key, "id"), Text(key, "secret")));
    }

    private static void Write(Utf8JsonWriter json, TokenEntry entry)
    {
        json.WriteStartObject();
        json.WriteString("id", entry.Id);
        json.WriteString("sha256", Convert.ToHexStringLower(entry.Sum));
        if (entry.Volumes is null)
        {
            json.WriteNull("volumes");
        }
        else
        {
            json.WriteStartArray("volumes");
            foreach (string volume in entry.Volumes.Order(StringComparer.Ordinal)) json.WriteStringValue(volume);
            json.WriteEndArray();
        }

        WriteTime("created", entry.Created);
        WriteTime("expires", entry.Expires);
        json.WriteString("note", entry.Note);
        WriteTime("revoked", entry.Revoked);
        if (entry.Key is { } key)
        {
            json.WriteStartObject("accessKey");
            json.WriteString("id", key.Id);
            json.WriteString("secret", key.Secret);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("accessKey");
        }

        json.WriteEndObject();

        void WriteTime(string name, DateTimeOffset? time)
        {
            if (time is { } some) json.WriteString(name, some.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            else json.WriteNull(name);
        }
    }

    private static string Text(JsonElement element, string name) =>
        element.GetProperty(name).GetString() ?? throw new FormatException($"'{name}' is null; expected text");

    private static DateTimeOffset? Time(JsonElement element, string name) =>
        element.GetProperty(name) is { ValueKind: not JsonValueKind.Null } time ? time.GetDateTimeOffset() : null;

    private static void CheckKeys(JsonElement element, params ReadOnlySpan<string> known)
    {
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (!known.Contains(property.Name)) throw new FormatException($"'{property.Name}' is unknown; expected {string.Join(", ", known!)}");
        }

        foreach (string name in known)
        {
            if (!element.TryGetProperty(name, out _)) throw new FormatException($"'{name}' is missing");
        }
    }
}
