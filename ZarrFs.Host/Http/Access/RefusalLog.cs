using System.Net;
using Microsoft.Extensions.Logging;

namespace ZarrFs.Host.Http.Access;

/// <summary>Tells who was refused, but not so often that the log is the damage; and nothing in the words of who was refused but a name.</summary>
internal sealed partial class RefusalLog(ILogger log, TimeProvider time)
{
    private const int MostASecond = 5, LongestName = 64;

    private readonly Lock _sync = new();
    private long _second = time.GetTimestamp();
    private int _told, _untold;

    /// <summary>Tells one refusal.</summary>
    /// <param name="address">Who.</param>
    /// <param name="what">What was wrong, in the program's own words.</param>
    public void Tell(IPAddress? address, string what)
    {
        int untold = 0;
        lock (_sync)
        {
            if (time.GetElapsedTime(_second) >= TimeSpan.FromSeconds(1))
            {
                (untold, _untold, _told) = (_untold, 0, 0);
                _second = time.GetTimestamp();
            }

            if (_told == MostASecond)
            {
                _untold++;
                return;
            }

            _told++;
        }

        if (untold > 0) LogUntold(untold);
        LogRefused(address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address, what);
    }

    /// <summary>A name as it may stand in a log: one line, no control characters, no token that somebody typed in the wrong field.</summary>
    public static string Printable(string name)
    {
        if (name.Contains(Token.Prefix, StringComparison.OrdinalIgnoreCase)) return "(a token)";
        ReadOnlySpan<char> start = name.AsSpan(0, Math.Min(name.Length, LongestName));
        return string.Create(start.Length, start, static (text, given) =>
        {
            for (int i = 0; i < text.Length; i++) text[i] = char.IsLetterOrDigit(given[i]) || given[i] is > ' ' and < '\x7f' and not '\'' ? given[i] : '?';
        });
    }

    [LoggerMessage(LogLevel.Warning, "{Address} was refused: {What}")]
    private partial void LogRefused(IPAddress? address, string what);

    [LoggerMessage(LogLevel.Warning, "{Count} more were refused and not told one by one")]
    private partial void LogUntold(int count);
}
