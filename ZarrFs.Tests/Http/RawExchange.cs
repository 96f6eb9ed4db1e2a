using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace ZarrFs.Tests.Http;

/// <summary>Bytes as they are to a server, and what it says until it has no more to say.</summary>
internal static partial class RawExchange
{
    /// <summary>Sends bytes, one a character, and reads until the server closes.</summary>
    /// <param name="server">Whom to ask.</param>
    /// <param name="bytes">What is sent.</param>
    /// <param name="answers">
    /// How many answers come by themselves. Only then is the server told that there is no more, for which it waits where a body is too short or a
    /// connection would be kept: told before, it ends the answer that it has not given yet.
    /// </param>
    public static async Task<string> ExchangeAsync(TestServer server, string bytes, int answers)
    {
        using Socket socket = await server.ConnectAsync();
        using MemoryStream received = new();
        try
        {
            await socket.SendAsync(Encoding.Latin1.GetBytes(bytes));
        }
        catch (SocketException)
        {
            // Answered and cut off while it was still talking, between two pieces of it; the answer is there to be read.
        }

        try
        {
            byte[] buffer = new byte[4096];
            while (true)
            {
                Task<int> ends = socket.ReceiveAsync(buffer);
                bool isAnswered = Count(Encoding.Latin1.GetString(received.ToArray())).Answers >= answers;
                if (isAnswered && await Task.WhenAny(ends, Task.Delay(500)) != ends) socket.Shutdown(SocketShutdown.Send);
                int read = await ends.WaitAsync(TimeSpan.FromSeconds(100));
                if (read == 0) break;
                received.Write(buffer, 0, read);
            }
        }
        catch (SocketException)
        {
            // It was cut off while it was still talking; what was said before is the answer.
        }

        return Encoding.Latin1.GetString(received.ToArray());
    }

    /// <summary>The status of the first answer, 0 for none, and how many there are.</summary>
    public static (int Status, int Answers) Count(string answer)
    {
        MatchCollection answers = StatusLine().Matches(answer);
        return (answers.Count == 0 ? 0 : int.Parse(answers[0].Groups["status"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture), answers.Count);
    }

    /// <summary>Nothing of the request stands where it does something, and nothing of the machine stands in the answer.</summary>
    public static void AssertTellsNothing(string answer)
    {
        Assert.DoesNotMatch("(?im)^x-injected", answer);
        Assert.DoesNotContain("<script>alert", answer, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("root:x:", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(AppContext.BaseDirectory, answer, StringComparison.Ordinal);
        Assert.DoesNotContain(Environment.CurrentDirectory, answer, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\n\s+at [A-Z]\w+\.", answer);
    }

    [GeneratedRegex(@"(?<!>)HTTP/1\.1 (?<status>[0-9]{3}) ", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex StatusLine();
}
