using System.Security.Cryptography;

namespace ZarrFs.Tests.Clients.Harness;

/// <summary>Everything below a directory: each directory, and each file with the hash of its bytes.</summary>
internal static class StoreFiles
{
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };

    /// <summary>One line for each, in order.</summary>
    public static string[] Of(string root) =>
    [
        .. Directory.EnumerateDirectories(root, "*", Everything).Select(path => $"{Path.GetRelativePath(root, path)}/").Concat(
                Directory.EnumerateFiles(root, "*", Everything).Select(path => $"{Path.GetRelativePath(root, path)} {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))}"))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Fails unless a directory holds exactly this, telling the first differences.</summary>
    public static void AssertSame(string[] expected, string root, string when)
    {
        string[] found = Of(root);
        string[] missing = [.. expected.Except(found).Take(5)], more = [.. found.Except(expected).Take(5)];
        Assert.True(missing.Length == 0 && more.Length == 0, $"{when}: missing or other: {string.Join(", ", missing)}; too many: {string.Join(", ", more)}");
    }
}
