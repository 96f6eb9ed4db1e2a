using System.CommandLine;
using System.Text;
using ZarrFs.Core.Failures;
using ZarrFs.Host.Http.Access;

namespace ZarrFs.Host.Commands;

/// <summary><c>zarrfs password FILE USER</c>: sets, changes or takes away a user's password.</summary>
internal static class PasswordCommand
{
    private const int LongestPassword = 1024, LeastLength = 8;

    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The password file, which 'zarrfs serve --password-file FILE' reads; made if it is not there." };
        var user = new Argument<string>("USER") { Description = "The user's name; upper and lower case are different, and it has no colon." };
        var volumes = new Option<string[]>("--volume") { HelpName = "NAME", Description = "A volume that the user may see; may be given several times. Default: all volumes, also those that come later." };
        var stdin = new Option<bool>("--stdin") { Description = "Read the password from standard input, one line, instead of asking for it twice." };
        var remove = new Option<bool>("--remove") { Description = "Take the user out of the file." };
        var command = new Command("password", "Set or change a user's password in a password file; a service that runs knows it within a second.\n\nExample: zarrfs password /etc/zarrfs/passwords anna --volume scroll1")
        {
            file, user, volumes, stdin, remove,
        };
        command.SetAction(parsed =>
        {
            string path = Path.GetFullPath(parsed.GetRequiredValue(file)), name = parsed.GetRequiredValue(user);
            string[] names = parsed.GetValue(volumes) ?? [];
            if (PasswordList.Problem(name) is { } problem) throw new OptionException("USER", problem);
            if (names.FirstOrDefault(volume => volume.Length == 0 || volume.Trim() != volume || volume.Contains(',') || volume.Any(char.IsControl)) is { } odd)
                throw new OptionException("--volume", $"'{odd}' cannot stand in a password file, where commas part names; give a token for it ('zarrfs token create'), or another name to the volume");
            if (parsed.GetValue(remove)) return Remove(path, name);

            // Before anybody types: a file with a mistake in it would refuse the line at the end.
            _ = PasswordList.Read(path);
            string password = parsed.GetValue(stdin) || Console.IsInputRedirected ? ReadLine(parsed.GetValue(stdin)) : Ask(name);
            if (password.Length is < LeastLength or > LongestPassword || password.Any(char.IsControl))
                throw new OptionException("password", $"it has {password.Length} characters; expected {LeastLength} to {LongestPassword}, and no control characters");
            string line = $"{name}:{PasswordHash.Make(password).Text}{(names.Length == 0 ? "" : $":{string.Join(',', names)}")}";
            bool isKnown = Change(path, name, line);
            Console.WriteLine($"{(isKnown ? "Changed" : "Added")} user '{name}' in {path}; {(names.Length == 0 ? "all volumes" : string.Join(", ", names))}");
            return 0;
        });
        return command;
    }

    private static int Remove(string path, string user)
    {
        if (!File.Exists(path)) throw new OptionException("FILE", $"{path} is not there");
        Change(path, user, null);
        Console.WriteLine($"Removed user '{user}' from {path}");
        return 0;
    }

    private static bool Change(string path, string user, string? line)
    {
        bool found = false;
        SecretFile.Change(PasswordList.Option, path, PasswordList.MostBytes, text =>
        {
            string changed = PasswordList.With(text, user, line, out found);
            if (line is null && !found) throw new OptionException("USER", $"there is no user '{user}' in {path}");
            _ = PasswordList.Parse(path, changed);
            return changed;
        });
        return found;
    }

    private static string ReadLine(bool isSaid) => Console.In.ReadLine()
        ?? throw new OptionException("--stdin", isSaid ? "standard input has no line; expected the password" : "there is no terminal to ask at; give the password on standard input");

    private static string Ask(string user)
    {
        string first = Hidden($"Password for {user}: "), second = Hidden("The same again: ");
        return first == second ? first : throw new OptionException("password", "the two are not the same; nothing was changed");
    }

    private static string Hidden(string prompt)
    {
        _ = Console.KeyAvailable; // has the terminal show nothing from now on, and not only when the first key is waited for
        Console.Error.Write(prompt);
        StringBuilder typed = new();
        while (true)
        {
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter) break;
            if (key.Key == ConsoleKey.Backspace) typed.Length = Math.Max(0, typed.Length - 1);
            else if (key.KeyChar != '\0') typed.Append(key.KeyChar);
        }

        Console.Error.WriteLine();
        return typed.ToString();
    }
}
