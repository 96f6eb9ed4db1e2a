using System.Security.Cryptography;
using System.Text;
using ZarrFs.Core.Failures;
using ZarrFs.Host.Http.Access;

namespace ZarrFs.Tests.Http.Access;

public sealed class TokenTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 6, 7, 8, 9, TimeSpan.Zero);

    [Fact]
    public void A_token_is_fit_for_a_URL_and_never_the_same()
    {
        HashSet<string> seen = [];
        for (int i = 0; i < 1000; i++)
        {
            var token = Token.Make();
            Assert.Matches("^zarrfs_[a-z2-9]{8}_[A-Za-z0-9_-]{43}$", token.Text);
            Assert.True(seen.Add(token.Id) && seen.Add(token.Text[16..]));
            Assert.True(Token.TryParse(token.Text, out Token read));
            Assert.Equal(SHA256.HashData(Encoding.ASCII.GetBytes(token.Text)), read.Sum);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("zarrfs_")]
    [InlineData("zarrfs_abcdefgh_4s_5sCHfdczatDssC50-2Ra1Wbv6b47UXVGusWSNxu")]
    [InlineData("zarrfs_abcdefgh_4s_5sCHfdczatDssC50-2Ra1Wbv6b47UXVGusWSNxukk")]
    [InlineData("zarrfs_abcdefg0_4s_5sCHfdczatDssC50-2Ra1Wbv6b47UXVGusWSNxuk")]
    [InlineData("zarrfs_abcdefgh-4s_5sCHfdczatDssC50-2Ra1Wbv6b47UXVGusWSNxuk")]
    [InlineData("ZARRFS_abcdefgh_4s_5sCHfdczatDssC50-2Ra1Wbv6b47UXVGusWSNxuk")]
    [InlineData("zarrfs_abcdefgh_4s_5sCHfdczatDssC50/2Ra1Wbv6b47UXVGusWSNxuk")]
    public void Other_texts_are_no_tokens(string text) => Assert.False(Token.TryParse(text, out _));

    [Fact]
    public void The_file_says_everything_but_the_token()
    {
        var token = Token.Make();
        TokenEntry[] entries =
        [
            Entry(token) with { Note = "for \"Anna\" ☃", Key = new AccessKey("ZFSKEY", "the secret") },
            Entry(Token.Make()) with { Expires = null },
            Entry(Token.Make()) with { Revoked = Now },
        ];
        string text = TokenFile.Format(entries);
        Assert.DoesNotContain(token.Text, text);
        Assert.DoesNotContain(token.Text[16..], text);
        var read = TokenFile.Parse("/t", text);
        Assert.Equal(text, TokenFile.Format(read.Entries));
        Assert.Equal(entries.Select(entry => entry.Id), read.Entries.Select(entry => entry.Id));
        TokenEntry first = read.Entries[0];
        Assert.Equal(("for \"Anna\" ☃", Now, Now.AddDays(1), null), (first.Note, first.Created, first.Expires, first.Revoked));
        Assert.Equal(new AccessKey("ZFSKEY", "the secret"), first.Key);
        Assert.True(first.Caller.MaySee("scroll1") && !first.Caller.MaySee("other"));
        Assert.Equal($"token {token.Id}", first.Caller.Name);
    }

    [Fact]
    public void Only_what_is_good_is_found()
    {
        Token good = Token.Make(), endless = Token.Make(), revoked = Token.Make();
        TokenEntry[] entries =
        [
            Entry(good) with { Key = new AccessKey("K1", "s1") }, Entry(endless) with { Expires = null }, Entry(revoked) with { Revoked = Now, Key = new AccessKey("K2", "s2") },
        ];
        var file = TokenFile.Parse("/t", TokenFile.Format(entries));
        Assert.Equal(good.Id, file.Find(good, Now)?.Id);
        Assert.Equal("s1", file.FindKey("K1", Now)?.Key?.Secret);
        Assert.Null(file.Find(good, Now.AddDays(1)));
        Assert.Null(file.FindKey("K1", Now.AddDays(1)));
        Assert.Equal(endless.Id, file.Find(endless, Now.AddYears(100))?.Id);
        Assert.Null(file.Find(revoked, Now));
        Assert.Null(file.FindKey("K2", Now));
        Assert.Null(file.FindKey("", Now));
        Assert.Null(file.Find(Token.Make(), Now));

        // The right number with another's secret.
        Assert.True(Token.TryParse(good.Text[..16] + endless.Text[16..], out Token mixed));
        Assert.Null(file.Find(mixed, Now));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("{\"tokens\": [], \"more\": 1}")]
    [InlineData("{\"tokens\": {}}")]
    [InlineData("{\"tokens\": [1]}")]
    [InlineData("{\"tokens\": [ENTRY, ENTRY]}")]
    [InlineData("{\"tokens\": [ENTRY]}", "\"volumes\"", "\"volume\"")]
    [InlineData("{\"tokens\": [ENTRY]}", "\"scroll1\"", "null")]
    [InlineData("{\"tokens\": [ENTRY]}", "\"scroll1\"", "7")]
    [InlineData("{\"tokens\": [ENTRY]}", "2026-05-06", "yesterday")]
    [InlineData("{\"tokens\": [ENTRY]}", "\"sha256\": \"", "\"sha256\": \"00")]
    [InlineData("{\"tokens\": [ENTRY]}", "\"note\": \"\"", "\"note\": null")]
    public void A_file_that_is_wrong_is_refused(string text, string from = "", string to = "")
    {
        string entry = TokenFile.Format([Entry(Token.Make())]).Split('[', 2)[1];
        entry = entry[..entry.LastIndexOf(']')];
        string whole = text.Replace("ENTRY", entry);
        if (from.Length > 0)
        {
            Assert.Contains(from, whole);
            whole = whole.Replace(from, to);
        }

        OptionException failure = Assert.Throws<OptionException>(() => TokenFile.Parse("/t/tokens.json", whole));
        Assert.StartsWith("--token-file: /t/tokens.json is not a file of 'zarrfs token': ", failure.Message);
    }

    private static TokenEntry Entry(Token token) =>
        new(token.Id, token.Sum, new HashSet<string> { "scroll1" }, Now, Now.AddDays(1), "", null, null);
}
