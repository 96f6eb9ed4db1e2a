using System.Collections.Frozen;
using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using ZarrFs.Core.Failures;
using ZarrFs.Host.Http.Access;

namespace ZarrFs.Host.Commands;

/// <summary><c>zarrfs token create|list|revoke</c>: links that open volumes without a password, for a while.</summary>
internal static class TokenCommand
{
    private const int LongestNote = 200;

    public static Command Create() => new("token", "Make, list and end tokens: links that open volumes over HTTP without a password.") { New(), List(), Revoke() };

    private static Command New()
    {
        Option<string?> file = FileOption();
        var volumes = new Option<string[]>("--volume") { HelpName = "NAME", Description = "A volume that it opens; may be given several times. Default: all volumes, also those that come later." };
        var expires = new Option<string>("--expires") { HelpName = "TIME", Description = "When it ends by itself: 12h, 30d (default), 52w or never.", DefaultValueFactory = _ => "30d" };
        var note = new Option<string>("--note") { HelpName = "TEXT", Description = "Who it is for, to be seen in the list.", DefaultValueFactory = _ => "" };
        var s3 = new Option<bool>("--s3") { Description = "Make an access key and secret too, for S3 clients. The secret itself is in the file then, since S3 signs with it." };
        var url = new Option<string?>("--url") { HelpName = "URL", Description = "Where the service is, for the links that are printed. Default: this machine's name and port 9000." };
        var command = new Command("create", "Make a token. It is printed once; the file keeps only a sum of it.\n\nExample: zarrfs token create --volume scroll1 --expires 30d --note 'for Anna'") { volumes, expires, note, s3, url, file };
        command.SetAction(parsed =>
        {
            string path = PathOf(parsed.GetValue(file));
            string[] names = parsed.GetValue(volumes) ?? [];
            string text = parsed.GetValue(note)!;
            if (names.Any(string.IsNullOrWhiteSpace)) throw new OptionException("--volume", "a name is empty; expected the name of a volume, without .zarr");
            if (names.FirstOrDefault(name => name.Contains('/') || name.Any(char.IsControl)) is { } odd) throw new OptionException("--volume", $"no volume can be called '{odd}'; expected the name of one, without .zarr");
            string server = (parsed.GetValue(url) ?? $"https://{Dns.GetHostName()}:9000").TrimEnd('/');
            if (!Uri.TryCreate(server, UriKind.Absolute, out Uri? parts) || (parts.Scheme != Uri.UriSchemeHttp && parts.Scheme != Uri.UriSchemeHttps))
                throw new OptionException("--url", $"'{server}' is no address of a service; expected for example https://scrolls.example.org:9000");
            if (text.Length > LongestNote || text.Any(char.IsControl)) throw new OptionException("--note", $"expected one line of at most {LongestNote} characters");
            DateTimeOffset now = DateTimeOffset.UtcNow;
            var token = Token.Make();
            AccessKey? key = parsed.GetValue(s3) ? new AccessKey($"ZFS{RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 17)}", RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 43)) : null;
            var entry = new TokenEntry(token.Id, token.Sum, names.Length == 0 ? null : names.ToFrozenSet(StringComparer.Ordinal), now, End(now, parsed.GetValue(expires)!), text, null, key);
            TokenFile.Change(path, entries => [.. entries, entry]);
            Print(token, entry, path, server);
            return 0;
        });
        return command;
    }

    private static Command List()
    {
        Option<string?> file = FileOption();
        var command = new Command("list", "Show the tokens that there are: number, volumes, end, note. None of them can be shown again.") { file };
        command.SetAction(parsed =>
        {
            string path = PathOf(parsed.GetValue(file));
            DateTimeOffset now = DateTimeOffset.UtcNow;
            IReadOnlyList<TokenEntry> entries = TokenFile.Read(path).Entries;
            Console.WriteLine(entries.Count == 0 ? $"No tokens in {path}" : $"Tokens in {path}");
            foreach (TokenEntry entry in entries)
            {
                string state = entry.Revoked is { } revoked ? $"revoked {Day(revoked)}" : entry.Expires is { } end ? $"{(end <= now ? "expired" : "until")} {Day(end)}" : "no end";
                string volumes = entry.Volumes is null ? "all volumes" : string.Join(", ", entry.Volumes.Order(StringComparer.Ordinal));
                Console.WriteLine($"  {entry.Id}  {state,-18}  made {Day(entry.Created)}  {volumes}{(entry.Key is { } key ? $"  S3 {key.Id}" : "")}{(entry.Note.Length > 0 ? $"  ({entry.Note})" : "")}");
            }

            return 0;
        });
        return command;
    }

    private static Command Revoke()
    {
        var id = new Argument<string>("NUMBER") { Description = "The token's number, as 'zarrfs token list' shows it." };
        Option<string?> file = FileOption();
        var command = new Command("revoke", "End a token, and the access key that belongs to it; a service that runs knows it within a second.") { id, file };
        command.SetAction(parsed =>
        {
            string path = PathOf(parsed.GetValue(file)), given = parsed.GetRequiredValue(id);
            if (!Token.IsNumber(given)) throw new OptionException("NUMBER", "that is not the number of a token; 'zarrfs token list' shows them");
            bool isNew = false;
            TokenFile.Change(path, entries =>
            {
                TokenEntry entry = entries.FirstOrDefault(entry => entry.Id == given) ?? throw new OptionException("NUMBER", $"there is no token {given} in {path}; 'zarrfs token list' shows them");
                isNew = entry.Revoked is null;
                return entries.Select(one => one == entry && isNew ? entry with { Revoked = DateTimeOffset.UtcNow } : one);
            });
            Console.WriteLine(isNew ? $"Token {given} is revoked." : $"Token {given} was revoked before.");
            return 0;
        });
        return command;
    }

    private static void Print(Token token, TokenEntry entry, string path, string server)
    {
        string what = entry.Volumes is null ? "all volumes" : string.Join(", ", entry.Volumes.Order(StringComparer.Ordinal));
        Console.WriteLine($"Token {entry.Id} opens {what}{(entry.Expires is { } end ? $" until {end.UtcDateTime:yyyy-MM-dd HH:mm} UTC" : ", without an end")}.");
        Console.WriteLine($"It is kept in {path}, which a service reads by --token-file {path}");
        Console.WriteLine();
        Console.WriteLine($"  token           {token.Text}");
        Console.WriteLine($"  link            {server}/t/{token.Text}/");
        Console.WriteLine($"  curl            curl -H 'Authorization: Bearer {token.Text}' {server}/");
        if (entry.Key is { } key)
        {
            Console.WriteLine($"  S3              export AWS_ACCESS_KEY_ID={key.Id} AWS_SECRET_ACCESS_KEY={key.Secret}");
            Console.WriteLine($"                  aws --endpoint-url {server}/s3 s3 ls");
        }

        Console.WriteLine();
        Console.WriteLine("Whoever has it may read, and it is not shown again" + (entry.Key is null ? "." : "; the S3 secret stands in the file as it is, since S3 signs with it."));
        Console.WriteLine($"To end it: zarrfs token revoke {entry.Id}{(path == TokenFile.DefaultPath ? "" : $" --token-file {path}")}");
    }

    private static DateTimeOffset? End(DateTimeOffset now, string text)
    {
        if (text == "never") return null;
        TimeSpan? unit = text.Length == 0 ? null : text[^1] switch
        {
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            'w' => TimeSpan.FromDays(7),
            _ => null,
        };
        return unit is { } one && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count is >= 1 and <= 10_000
            ? now + (one * count)
            : throw new OptionException("--expires", $"'{text}' is not a time; expected for example 12h, 30d, 52w, or never");
    }

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string PathOf(string? file) => file is null ? TokenFile.DefaultPath : Path.GetFullPath(file);

    private static Option<string?> FileOption() =>
        new(TokenFile.Option) { HelpName = "FILE", Description = "Where tokens are kept. Default: zarrfs/tokens.json below $XDG_CONFIG_HOME or ~/.config." };
}
