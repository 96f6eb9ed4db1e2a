using ZarrFs.Core.Failures;
using ZarrFs.Host.Http.Access;

namespace ZarrFs.Tests.Http.Access;

public sealed class PasswordTests
{
    // Python: hashlib.pbkdf2_hmac('sha256', 'pässwörd ☃ 1'.encode(), bytes(range(240, 256)), 600000)
    internal const string Snowman = "pässwörd ☃ 1";
    internal const string OfSnowman = "$pbkdf2-sha256$600000$8PHy8/T19vf4.fr7/P3./w$jLLPyRinUKllGpemdclVSWTZzCI3uWSd3hll3H3h3Ow";
    private const string LongOfSnowman = "$pbkdf2-sha512$600001$8PHy8/T19vf4.fr7/P3./w$s68o.9iIf9Fn2etdVzyfNumVQzRJ1wB05yW5QrgSr.n8cVDTS6gmuv1F5.ZEAI1nhVzNbq1WllFZc2ZtsdOpkw";

    [Theory]
    [InlineData(OfSnowman)]
    [InlineData(LongOfSnowman)]
    public void Hashes_are_those_of_Python(string text)
    {
        Assert.True(PasswordHash.TryParse(text, out PasswordHash hash, out _));
        Assert.Equal(text, hash.Text);
        Assert.True(hash.Matches(Snowman));
        Assert.False(hash.Matches(Snowman + " "));
    }

    [Fact]
    public void A_new_hash_has_salt_of_its_own_and_is_slow()
    {
        var first = PasswordHash.Make("the same");
        var second = PasswordHash.Make("the same");
        Assert.NotEqual(first.Text, second.Text);
        Assert.StartsWith("$pbkdf2-sha256$600000$", first.Text);
        Assert.True(PasswordHash.TryParse(first.Text, out PasswordHash read, out _));
        Assert.True(read.Matches("the same"));
    }

    [Theory]
    [InlineData("anna", "line 3: there is no colon")]
    [InlineData(":" + OfSnowman, "line 3: '' cannot be a user's name")]
    [InlineData("a\u0001b:" + OfSnowman, "line 3: 'a?b' cannot be a user's name")]
    [InlineData("anna:secret", "line 3: the second field is no hash of a password; make it with 'zarrfs password /p anna'")]
    [InlineData("anna:$apr1$abc$def", "line 3: the hash is one of Apache's")]
    [InlineData("anna:$2y$05$abcdef", "line 3: the hash is one of Apache's")]
    [InlineData("anna:$pbkdf2-sha256$1000$8PHy8/T19vf4.fr7/P3./w$jLLPyRinUKllGpemdclVSWTZzCI3uWSd3hll3H3h3Ow", "line 3: the hash has '1000' iterations; expected 600000")]
    [InlineData("anna:$pbkdf2-sha256$2000000000$8PHy8/T19vf4.fr7/P3./w$jLLPyRinUKllGpemdclVSWTZzCI3uWSd3hll3H3h3Ow", "line 3: the hash has '2000000000' iterations")]
    [InlineData("anna:$pbkdf2-sha256$600000$8PHy8/T19vf4.fr7/P3./w$jLLPyRinUKll", "line 3: the hash is cut off")]
    [InlineData("anna:$pbkdf2-sha256$600000$!!$jLLPyRinUKllGpemdclVSWTZzCI3uWSd3hll3H3h3Ow", "line 3: the hash is cut off")]
    [InlineData("anna:" + OfSnowman + ":", "line 3: a volume has no name")]
    [InlineData("anna:" + OfSnowman + ":a,,b", "line 3: a volume has no name")]
    [InlineData("bob:" + OfSnowman + ":b", "line 3: user 'bob' is there twice")]
    public void A_line_that_is_wrong_is_named(string line, string expected)
    {
        OptionException failure = Assert.Throws<OptionException>(() => PasswordList.Parse("/p", $"# users\nbob:{OfSnowman}\n{line}\n"));
        Assert.StartsWith($"--password-file: /p, {expected}", failure.Message);
        Assert.DoesNotContain("secret", failure.Message);
    }

    [Fact]
    public void Users_have_the_volumes_of_their_line()
    {
        var list = PasswordList.Parse("/p", $"# users\r\n\r\nbob:{OfSnowman}\r\n  \nanna:{OfSnowman}:scroll 1, b:c\n");
        Assert.Null(list.Find("bob")!.Caller.Volumes);
        Caller anna = list.Find("anna")!.Caller;
        Assert.Equal("anna", anna.Name);
        Assert.True(anna.MaySee("scroll 1") && anna.MaySee("b:c"));
        Assert.False(anna.MaySee("scroll"));
        Assert.Null(list.Find("Anna"));
        Assert.Null(list.Find("# users"));
        Assert.False(list.Decoy.Caller.MaySee("scroll 1"));
        Assert.False(list.Decoy.Hash.Matches(Snowman));
    }

    [Theory]
    [InlineData("", "b:2", "b:2\n", false)]
    [InlineData("# c\na:1\n", "b:2", "# c\na:1\nb:2\n", false)]
    [InlineData("# c\nb:1\na:1", "b:2", "# c\nb:2\na:1\n", true)]
    [InlineData("bb:1\nb:1\n", "b:2", "bb:1\nb:2\n", true)]
    [InlineData("a:1\nb:1\n", null, "a:1\n", true)]
    [InlineData("a:1\n", null, "a:1\n", false)]
    [InlineData("b:1\n", null, "", true)]
    public void One_line_is_changed_and_no_other(string before, string? line, string after, bool isFound)
    {
        Assert.Equal(after, PasswordList.With(before, "b", line, out bool found));
        Assert.Equal(isFound, found);
    }
}
